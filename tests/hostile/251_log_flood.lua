-- 251_log_flood.lua - 1,000 lines of escapes in each hook
-- expect: OK or TIMEOUT
-- why:    floods the log
-- host:   100 lines a second, each cut and made visible; the rest is counted

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for i = 1, 500 do
    self:log("\27[31m" .. i)
    print("\r\n", i, ("x"):rep(1000))
  end
  return self.quantum // 10
end
return p
