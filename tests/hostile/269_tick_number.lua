-- 269_tick_number.lua - tick returns 1
-- expect: BAD_RESULT
-- why:    1 is not true
-- host:   named, counted, answered by the default

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr", ticks = "always" }
function p:slice() return 10 * self.quantum end
function p:tick() return 1 end
return p
