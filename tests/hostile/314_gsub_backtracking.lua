-- 314_gsub_backtracking.lua - gsub, each of whose searches is short, and all together are not
-- expect: TIMEOUT
-- why:    from each of 20,000 places the rest of the text is looked through, in one C call
-- host:   all its searches are made before, step by step, until the budget is over

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return #(("a"):rep(20000)):gsub("a-b", "")
end
return p
