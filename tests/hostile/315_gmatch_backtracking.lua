-- 315_gmatch_backtracking.lua - an iterator whose first step never ends
-- expect: TIMEOUT
-- why:    gmatch searches when it is called, not when it is made
-- host:   each of its searches is paid for by the call that makes it

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for word in (("a"):rep(3000)):gmatch "a*a*a*b" do return #word end
end
return p
