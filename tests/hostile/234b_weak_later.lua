-- 234b_weak_later.lua - __mode put into a metatable after setmetatable
-- expect: OK
-- why:    setmetatable cannot see it, and what is in the table depends on the collector
-- host:   it is taken out before each step of the collector

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
local MANY = 100
local mt = {}
local weak = setmetatable({}, mt)
for i = 1, MANY do weak[i] = { i } end
function p:slice()
  mt.__mode = "v"
  for i = 1, 2000 do local _ = { i } end
  local left = 0
  for i = 1, MANY do left = left + (weak[i] and 1 or 0) end
  assert(left == MANY, "the collector was here")
  return self.quantum // 10
end
return p
