-- 298_sleeper_is_picked.lua - keeps tasks and returns them whatever they do
-- expect: OK or BAD_RESULT or ERROR
-- why:    ended, running, waiting elsewhere
-- host:   refused by name

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
local kept, n = {}, 0
function p:pick(cpu)
  local task = self.base:pick(cpu)
  kept[#kept + 1] = task
  n = n + 1
  return kept[n * 7 % #kept + 1]
end
return p
