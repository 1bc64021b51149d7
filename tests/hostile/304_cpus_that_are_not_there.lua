-- 304_cpus_that_are_not_there.lua - asks for cpus beyond all
-- expect: OK
-- why:    an index into an array
-- host:   refused, each time

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for _, cpu in ipairs { -1, self.cpus, 1 << 40, math.mininteger, 0.5, "0" } do
    assert(not pcall(self.on_cpu, self, cpu) and not pcall(self.resched, self, cpu))
    assert(not pcall(neap.fifo().pop, neap.fifo(), cpu) or cpu == self.cpus)
    assert(not pcall(task.may_use, task, cpu) or cpu == self.cpus)
  end
  return self.quantum // 10
end
return p
