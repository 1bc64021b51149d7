-- 285_init_task_raises.lua - init_task raises
-- expect: ERROR
-- why:    tasks are on their way
-- host:   its default answers; no task is lost

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:init_task(task)
  error "broken"
end
return p
