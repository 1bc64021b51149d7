-- 274_pick_again.lua - picks the same task for ever, also while it runs
-- expect: OK or BAD_RESULT or ERROR
-- why:    one task on two cpus
-- host:   refused by name

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
local first
function p:pick(cpu)
  first = first or self.base:pick(cpu)
  return first
end
return p
