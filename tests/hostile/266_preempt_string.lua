-- 266_preempt_string.lua - preempt returns "0"
-- expect: BAD_RESULT
-- why:    none of what the hook may return
-- host:   named with what it was, counted, answered by the default

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:preempt(task)
  return "0"
end
return p
