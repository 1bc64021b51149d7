-- 220_format_extremes.lua - the longest formats, and numbers that are none
-- expect: OK
-- why:    buffers of fixed size
-- host:   as stock Lua; tostring() of nan is text like any other

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  assert(#("%99.99f"):format(1e308) > 308)
  assert(not pcall(string.format, "%100d", 1) and not pcall(string.format, "%.100f", 1))
  assert(type(tostring(-(0 / 0))) == "string" and tostring(math.mininteger))
  assert(not pcall(string.unpack, "i17", "x") and not pcall(string.unpack, "z", "x"))
  assert(math.mininteger // -1 == math.mininteger and 1 << 64 == 0)
  assert(not pcall(function() return 1 // 0 end) and not pcall(math.tointeger))
  return self.quantum // 10
end
return p
