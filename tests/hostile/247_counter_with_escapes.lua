-- 247_counter_with_escapes.lua - a counter with a name that rings
-- expect: ERROR
-- why:    counters stand in statistics
-- host:   refused

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  self:count("\7\27[2J")
  return self.quantum
end
return p
