-- answer.lua - writes what a verb was asked for to stdout; where that fails, so does the verb.
local options = require "neap.options"

local BROKEN = 125

return function(...)
  local ok, problem = io.stdout:write(...)
  if not ok then options.refuse(BROKEN, "cannot write stdout: %s", problem) end
end
