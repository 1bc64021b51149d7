-- 212_sort_of_long_strings.lua - 10,000 references to two strings of 500,000 zero bytes, sorted
-- expect: TIMEOUT or ERROR
-- why:    stock comparison takes 5 ns a zero byte, in one C call
-- host:   what will be compared is counted before

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local a, b, t = ("\0"):rep(500000), ("\0"):rep(500000 - 1) .. "\1", {}
  for i = 1, 10000 do t[i] = i % 2 == 0 and a or b end
  table.sort(t)
  return self.quantum
end
return p
