-- 307_data_without_an_end.lua - keeps a megabyte with each task
-- expect: NOMEM
-- why:    task.data is the policy's memory
-- host:   it counts

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  task.data = { task.data, ("x"):rep(1 << 19) .. self.now }
  return self.quantum // 10
end
return p
