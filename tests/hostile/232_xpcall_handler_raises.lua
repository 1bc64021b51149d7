-- 232_xpcall_handler_raises.lua - a handler of xpcall that raises
-- expect: OK
-- why:    an error in an error
-- host:   xpcall returns false and the second error

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local ok, e = xpcall(error, function() error "again" end, "x")
  assert(not ok and tostring(e):find "again")
  return self.quantum // 10
end
return p
