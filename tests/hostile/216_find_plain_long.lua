-- 216_find_plain_long.lua - a plain search for 500,000 characters in 1,000,000
-- expect: TIMEOUT or OK
-- why:    quadratic in C
-- host:   counted before

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for _ = 1, 1000 do
    (("a"):rep(1000000)):find(("a"):rep(500000) .. "b", 1, true)
  end
  return self.quantum // 10
end
return p
