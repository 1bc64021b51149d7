-- 223_caught_memory_errors_small.lua - fills its memory, then asks for a table for ever
-- expect: TIMEOUT or NOMEM
-- why:    the same, for a few bytes each
-- host:   the same

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local t = {}
  local function more() for i = #t + 1, 1e9 do t[i] = { i } end end
  while true do pcall(more) end
end
return p
