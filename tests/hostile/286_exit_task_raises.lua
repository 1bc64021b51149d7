-- 286_exit_task_raises.lua - exit_task raises
-- expect: ERROR
-- why:    tasks are on their way
-- host:   its default answers; no task is lost

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:exit_task(task)
  error "broken"
end
return p
