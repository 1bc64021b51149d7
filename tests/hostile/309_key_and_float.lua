-- 309_key_and_float.lua - keys that turn from integers to floats
-- expect: OK
-- why:    all keys change their form
-- host:   their order stays

local neap = require "neap"
local n = 0
return neap.policy { name = "hostile", key = function(_, task)
  n = n + 1
  return n % 2 == 0 and n + 0.5 or math.maxinteger - n
end }
