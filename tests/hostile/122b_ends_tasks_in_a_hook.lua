-- 122b_ends_tasks_in_a_hook.lua - finishes the task that it is asked about
-- expect: ERROR
-- why:    the core would change under its own feet
-- host:   "not inside a policy hook"

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  task:finish(0)
  return self.quantum
end
return p
