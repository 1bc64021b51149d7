-- 27_returns_many.lua - pick returns 100 tasks
-- expect: OK
-- why:    the first is right
-- host:   extra results are dropped; the stack stays balanced

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:pick(cpu)
  local r, task = {}, self.base:pick(cpu)
  for i = 1, 100 do r[i] = task end
  return table.unpack(r)
end
return p
