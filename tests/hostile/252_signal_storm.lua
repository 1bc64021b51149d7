-- 252_signal_storm.lua - a signal hook that sends signals
-- expect: OK or ERROR
-- why:    each signal would bring another
-- host:   sent signals wait until the hook returns, and are bounded

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  task:signal "USR1"
  return self.quantum // 10
end
function p:signal(task) task:signal "USR1" end
return p
