-- 218_rep_of_terabytes.lua - ("x"):rep(2^40)
-- expect: ERROR or NOMEM
-- why:    sizes beyond what fits
-- host:   refused before anything is copied

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return ("x"):rep(1 << 40)
end
return p
