-- eager.lua - fair, with short turns for tasks that have hardly run.
local neap = require "neap"

local eager = neap.policy {
  name = "eager",
  summary = "fair, with short turns for tasks that have hardly run",
  base = "fair",
  young = 50 * neap.ms, -- a task is young until it has used so much CPU time
}

function eager:slice(task)
  local turn = self.base:slice(task)
  return task.cpu_ns < self.young and turn // 5 or turn
end

return eager
