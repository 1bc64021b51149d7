-- 311_concat_of_many.lua - joins 5,000 values
-- expect: OK or TIMEOUT or NOMEM
-- why:    one instruction joins all
-- host:   counted by what it allocates

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local t = {}
  for i = 1, 5000 do t[i] = "x" end
  for _ = 1, 3 do self._s = table.concat(t, ("y"):rep(50)) end
  return self.quantum // 10
end
return p
