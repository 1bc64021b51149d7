-- 295_deep_data.lua - a table 50,000 deep
-- expect: OK or NOMEM or TIMEOUT
-- why:    the collector walks it
-- host:   it walks by lists, not by recursion

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local t = {}
  for _ = 1, self._deep and 0 or 50000 do t = { t } end
  self._deep = self._deep or t
  return self.quantum // 10
end
return p
