-- 218b_rep_overflow.lua - a size that does not fit in 64 bits
-- expect: NOMEM or ERROR
-- why:    size * times overflows
-- host:   computed with care

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return ("x"):rep(1 << 20):rep(1 << 24, ("y"):rep(1 << 20))
end
return p
