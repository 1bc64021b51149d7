-- 228_index_table_loop.lua - a table that is its own __index
-- expect: ERROR
-- why:    a chain without an end
-- host:   stock Lua stops after 2,000

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local a = {}
  setmetatable(a, { __index = a })
  return a.x
end
return p
