-- 283_stopping_raises.lua - stopping raises
-- expect: ERROR
-- why:    tasks are on their way
-- host:   its default answers; no task is lost

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:stopping(task)
  error "broken"
end
return p
