-- 257_heap_key_nan.lua - a key that is no number
-- expect: ERROR
-- why:    nan has no place in an order
-- host:   refused by name

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:enqueue(task, why)
  neap.heap():push(task, 0 / 0)
  self.base:enqueue(task, why)
end
return p
