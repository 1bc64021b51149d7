-- 312_move_of_many.lua - moves a table over itself for ever
-- expect: TIMEOUT
-- why:    one call moves all
-- host:   counted before

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local t = {}
  for i = 1, 1000 do t[i] = i end
  while true do table.move(t, 1, 1000, 2) table.insert(t, 1, 0) table.remove(t, 1) end
end
return p
