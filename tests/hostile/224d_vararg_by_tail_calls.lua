-- 224d_vararg_by_tail_calls.lua - a list of arguments that grows with each tail call
-- expect: TIMEOUT or NOMEM
-- why:    each instruction copies all of it
-- host:   the stack that grows is memory, which is work

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
local function grow(...)
  return grow(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ...)
end
function p:slice(task)
  return grow()
end
return p
