-- 265_preempt_no_cpu.lua - preempt returns 1000
-- expect: BAD_RESULT
-- why:    none of what the hook may return
-- host:   named with what it was, counted, answered by the default

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:preempt(task)
  return 1000
end
return p
