-- 276_walks_by_next.lua - walks a table by next
-- expect: ERROR
-- why:    stock order is drawn by lot
-- host:   next() gives the first pair only

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local k = next { a = 1, b = 2 }
  return next({ a = 1, b = 2 }, k)
end
return p
