-- 301_slices_at_the_ends.lua - slices of 292 years and nearly so
-- expect: OK
-- why:    sums with now overflow
-- host:   sums stop at for ever

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  self._n = (self._n or 0) + 1
  local ends = { math.maxinteger, math.maxinteger - 1, math.maxinteger - self.now, neap.forever, 1 }
  return ends[self._n % #ends + 1]
end
return p
