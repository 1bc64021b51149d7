-- 303_random_at_the_ends.lua - draws from all integers, and from none
-- expect: OK
-- why:    the width of the range overflows
-- host:   drawn by a mask; an empty range is refused

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for _ = 1, 100 do
    assert(math.type(self:random(math.mininteger, math.maxinteger)) == "integer")
    assert(math.random(5) <= 5 and math.random() < 1 and math.random(-1, -1) == -1)
  end
  assert(not pcall(math.random, 0) and not pcall(math.random, 2, 1) and not pcall(math.random, 0.5))
  return self.quantum // 10
end
return p
