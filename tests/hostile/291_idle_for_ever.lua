-- 291_idle_for_ever.lua - never picks anybody
-- expect: OK or EJECTED
-- why:    nobody runs
-- host:   the watchdog ends that, unless the policy says `idles`

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:pick(cpu)
  return nil
end
return p
