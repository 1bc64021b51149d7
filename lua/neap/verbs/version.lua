-- version.lua - `neap version`: which neap this is.
local neap = require "neap"

local function run()
  io.stdout:write(("neap %s (%s)\n"):format(neap.version, _VERSION))
  return 0
end

return { name = "version", usage = "neap version", summary = "Show the version.", run = run }
