-- 289_stopping_loops.lua - stopping never returns
-- expect: TIMEOUT
-- why:    tasks are on their way
-- host:   stopped, ejected; no task is lost

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:stopping(task)
  while true do end
end
return p
