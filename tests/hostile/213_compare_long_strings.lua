-- 213_compare_long_strings.lua - compares strings of 1,000,000 zero bytes for ever
-- expect: TIMEOUT
-- why:    one instruction takes 5 ms
-- host:   who makes long strings is looked at more often

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local a, b = ("\0"):rep(1000000), ("\0"):rep(1000000 - 1) .. "\1"
  while a < b do end
end
return p
