-- 277_pairs_of_very_many.lua - walks 30,000 strings again and again
-- expect: TIMEOUT or NOMEM
-- why:    sorting them is work in C
-- host:   counted before

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local t = {}
  for i = 1, 30000 do t["k" .. i] = i end
  while true do for _ in pairs(t) do break end end
end
return p
