-- 202_error_of_one_mib.lua - a message of 1 MiB
-- expect: ERROR
-- why:    floods logs and terminals
-- host:   cut to what a person reads

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  error(("x"):rep(1 << 20))
end
return p
