-- 256_heap_keys_at_the_ends.lua - keys at the ends of what numbers can be
-- expect: OK
-- why:    order by subtraction would fail
-- host:   compared, never subtracted

local neap = require "neap"
local p = neap.policy { name = "hostile" }
local keys = { math.mininteger, math.maxinteger, 1e308, -1e308, -0.0, 5e-324, 2^63, -2^63 }
local n = 0
local function key()
  n = n % #keys + 1
  return keys[n]
end
function p:init() self.q = neap.heap() end
function p:enqueue(task) self.q:push(task, key()) end
function p:dequeue(task) self.q:remove(task) end
function p:pick(cpu)
  local task, least = self.q:peek(cpu)
  for other in self.q:each() do
    assert(least <= self.q:key(other))
    self.q:update(other, key())
  end
  self.q:remove(task)
  return task
end
return p
