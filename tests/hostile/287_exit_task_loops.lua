-- 287_exit_task_loops.lua - exit_task never returns
-- expect: TIMEOUT
-- why:    tasks are on their way
-- host:   stopped, ejected; no task is lost

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:exit_task(task)
  while true do end
end
return p
