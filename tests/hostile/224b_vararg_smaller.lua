-- 224b_vararg_smaller.lua - a function that passes on 30,000 arguments for ever
-- expect: TIMEOUT or NOMEM
-- why:    one instruction copies them all
-- host:   the clock is looked at each 1,000 instructions: it is some milliseconds late

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local function f(...) return select("#", ...) end
  local function g(...) while true do f(...) f(...) f(...) f(...) end end
  return g(table.unpack({}, 1, 30000))
end
return p
