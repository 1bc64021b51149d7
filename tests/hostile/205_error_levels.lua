-- 205_error_levels.lua - error() with levels that are not there
-- expect: ERROR
-- why:    the place of a level beyond the stack
-- host:   no place is named

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  pcall(error, "x", math.mininteger)
  pcall(error, "x", math.maxinteger)
  error("x", 1 << 30)
end
return p
