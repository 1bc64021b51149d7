-- 224_vararg_bomb.lua - a function that passes on 100,000 arguments for ever
-- expect: TIMEOUT or NOMEM or ERROR
-- why:    one instruction copies them all
-- host:   the stack is memory; the clock is looked at

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local function f(...) return select("#", ...) end
  local function g(...) while true do f(...) end end
  return g(table.unpack({}, 1, 100000))
end
return p
