-- 310_kept_error.lua - keeps a traceback of errors of errors
-- expect: OK
-- why:    an error object that holds what holds it
-- host:   nothing but memory

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local function again(e) return { e, self } end
  for _ = 1, 200 do self._e = select(2, xpcall(error, again, self._e)) end
  return self.quantum // 10
end
return p
