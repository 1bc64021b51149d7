-- 297_tonumber_of_digits.lua - tonumber of 1,000,000 digits for ever
-- expect: TIMEOUT or NOMEM
-- why:    one call reads them all
-- host:   who makes long strings is looked at more often

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local s = ("9"):rep(1000000)
  while true do tonumber(s) tonumber(s, 36) local _ = pcall(math.abs, s) end
end
return p
