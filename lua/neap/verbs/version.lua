-- version.lua - `neap version`: which neap this is.
local neap = require "neap"

local function run()
  print(("neap %s (%s)"):format(neap.version, _VERSION))
  return 0
end

return { name = "version", usage = "neap version", summary = "Show the version.", run = run }
