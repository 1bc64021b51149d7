-- 313_move_to_the_ends.lua - table functions at the ends of integers
-- expect: OK
-- why:    sums of indices overflow
-- host:   refused, or nothing moves

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for _, i in ipairs { math.mininteger, math.maxinteger, -1, 0 } do
    for _, j in ipairs { math.mininteger, math.maxinteger, -1, 0 } do
      pcall(table.move, {}, 1, 2, i)
      if j < i then
        pcall(table.move, { 1 }, i, j, 1)
        pcall(table.concat, {}, "", i, j)
        pcall(table.unpack, {}, i, j)
      end
      pcall(table.insert, {}, i, 1)
      pcall(table.remove, {}, i)
      pcall(string.sub, "x", i, j)
      pcall(string.byte, "x", i, j)
      pcall(string.rep, "x", i < 1 << 20 and i or 1, "y")
      pcall(string.find, "x", "x", i, true)
      pcall(string.gmatch, "x", "x", i)
      pcall(string.gsub, "x", "x", "y", i)
      pcall(select, i, j)
    end
  end
  return self.quantum // 10
end
return p
