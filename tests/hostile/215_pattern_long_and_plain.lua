-- 215_pattern_long_and_plain.lua - a pattern of 100,000 characters without repetition
-- expect: TIMEOUT
-- why:    from each of 100,000 places nearly all of it matches
-- host:   each character that is compared is a step, which is paid for before

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return (("a"):rep(200000)):find(("a"):rep(100000) .. ".b")
end
return p
