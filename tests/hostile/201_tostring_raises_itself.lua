-- 201_tostring_raises_itself.lua - an error object whose __tostring raises the same object
-- expect: ERROR or ERRERR
-- why:    the message handler is called for its own error, again and again
-- host:   ends at the C stack limit; the state stays usable

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local e
  e = setmetatable({}, { __tostring = function() error(e) end })
  error(e)
end
return p
