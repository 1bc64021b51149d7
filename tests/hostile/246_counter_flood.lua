-- 246_counter_flood.lua - 2,000 counters
-- expect: OK
-- why:    each has a name
-- host:   there is room for 32; the rest is not counted

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for i = 1, 2000 do self:count("c" .. i) end
  return self.quantum // 10
end
return p
