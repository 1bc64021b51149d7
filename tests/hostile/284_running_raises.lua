-- 284_running_raises.lua - running raises
-- expect: ERROR
-- why:    tasks are on their way
-- host:   its default answers; no task is lost

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:running(task)
  error "broken"
end
return p
