-- 233_gc_added_later.lua - __gc put into a metatable after setmetatable
-- expect: OK
-- why:    setmetatable cannot see it
-- host:   Lua looks for it in setmetatable only: it is never called

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local mt = {}
  for _ = 1, 100 do setmetatable({}, mt) end
  mt.__gc = function() while true do end end
  local t
  for i = 1, 5000 do t = { i } end
  return t and self.quantum // 10
end
return p
