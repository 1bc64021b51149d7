-- 122_reenter_scheduler.lua - waits for a task in a hook
-- expect: ERROR
-- why:    that would run the loop inside the loop
-- host:   "not inside a policy hook"; never recurse into the loop

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  task:wait()
  return self.quantum
end
return p
