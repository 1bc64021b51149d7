-- 214_pattern_with_a_long_set.lua - a set of 100,000 characters on 100,000 characters
-- expect: TIMEOUT
-- why:    10^10 comparisons in one C call
-- host:   each is a step of the search, which is paid for before it is made

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return (("b"):rep(100000)):find("[" .. ("a"):rep(100000) .. "]*$")
end
return p
