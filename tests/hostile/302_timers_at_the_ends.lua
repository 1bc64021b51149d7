-- 302_timers_at_the_ends.lua - timers at both ends of time
-- expect: OK
-- why:    sums with now overflow
-- host:   the past is now and a millisecond; the end never comes

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  self:timer(0, math.maxinteger)
  self:timer(1, math.mininteger)
  self:timer(math.mininteger, self.now + neap.ms)
  self:timer(math.maxinteger, -1)
  self:cancel_timer(math.maxinteger)
  self:cancel_timer(12345)
  return self.quantum // 10
end
return p
