-- 200_tostring_returns_no_string.lua - an error object whose __tostring gives a number
-- expect: ERROR or ERRERR
-- why:    luaL_tolstring raises in the message handler
-- host:   a fixed text or the second error; no recursion

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  error(setmetatable({}, { __tostring = function() return 1 end }))
end
return p
