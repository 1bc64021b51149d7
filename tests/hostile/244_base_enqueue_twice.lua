-- 244_base_enqueue_twice.lua - queues a task twice in base
-- expect: ERROR
-- why:    one task in two places
-- host:   "is in base's queue already"

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:enqueue(task, why)
  self.base:enqueue(task, why)
  self.base:enqueue(task, why)
end
return p
