-- 282_dequeue_raises.lua - dequeue raises
-- expect: ERROR
-- why:    tasks are on their way
-- host:   its default answers; no task is lost

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:dequeue(task)
  error "broken"
end
return p
