-- 23_returns_foreign_userdata.lua - pick returns a userdata that is no task
-- expect: BAD_RESULT
-- why:    a queue is a userdata, too
-- host:   tell handles by size and a magic word; no cast without a check

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:pick(cpu)
  return neap.fifo()
end
return p
