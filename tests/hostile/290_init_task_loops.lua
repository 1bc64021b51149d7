-- 290_init_task_loops.lua - init_task never returns
-- expect: TIMEOUT
-- why:    tasks are on their way
-- host:   stopped, ejected; no task is lost

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:init_task(task)
  while true do end
end
return p
