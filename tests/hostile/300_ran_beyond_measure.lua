-- 300_ran_beyond_measure.lua - tells base that a task ran for 292 years
-- expect: OK or ERROR or BAD_RESULT or EJECTED
-- why:    base adds what it is told
-- host:   no overflow; base's order may suffer, as its author wanted

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "fair", ticks = "always" }
function p:slice() return self.quantum // 5 end
function p:stopping(task) self.base:stopping(task, math.maxinteger) end
function p:tick(task) return self.base:tick(task, math.maxinteger) end
return p
