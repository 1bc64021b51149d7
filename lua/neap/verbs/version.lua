-- version.lua - `neap version`: which neap this is.
local answer = require "neap.answer"
local neap = require "neap"

local function run()
  answer(("neap %s (%s)\n"):format(neap.version, _VERSION))
  return 0
end

return { name = "version", usage = "neap version", summary = "Show the version.", run = run }
