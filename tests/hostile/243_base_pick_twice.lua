-- 243_base_pick_twice.lua - takes two tasks from base and returns the second
-- expect: OK or EJECTED
-- why:    the first is nobody's
-- host:   it is still the policy's: the watchdog ends that

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:pick(cpu)
  self.base:pick(cpu)
  return self.base:pick(cpu)
end
return p
