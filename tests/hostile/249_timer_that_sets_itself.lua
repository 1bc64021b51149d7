-- 249_timer_that_sets_itself.lua - a timer that is due at once, again and again
-- expect: OK
-- why:    a decision that never ends
-- host:   at least 1 ms ahead

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:running() self:timer(1, self.now) end
function p:timer(id) self:timer(id, math.mininteger) end
return p
