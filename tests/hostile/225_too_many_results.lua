-- 225_too_many_results.lua - returns ten million values
-- expect: ERROR or TIMEOUT
-- why:    they do not fit on any stack
-- host:   "too many results", or the count of them

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:pick(cpu)
  return table.unpack({}, 1, 10000000)
end
return p
