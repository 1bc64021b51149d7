-- 248_timer_flood.lua - 1,000 timers
-- expect: ERROR
-- why:    each is memory of the core
-- host:   a policy has up to 64

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for i = 1, 1000 do self:timer(i, self.now + neap.s) end
  return self.quantum
end
return p
