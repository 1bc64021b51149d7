-- 250_resched_storm.lua - ends every slice as it begins
-- expect: OK
-- why:    a decision that never ends
-- host:   each cpu once a decision

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:running(_, cpu) self:resched(cpu) end
function p:stopping() for cpu = 0, self.cpus - 1 do self:resched(cpu) end end
p.enqueue = function(self, task, why) self:resched(0) self.base:enqueue(task, why) end
return p
