-- 217_kept_iterators.lua - 1,000 iterators of gmatch, made in many hooks, used in one
-- expect: TIMEOUT or ERROR or OK
-- why:    each was paid for when it was made
-- host:   each use has the clock looked at

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
local kept = {}
function p:slice()
  for _ = 1, 20 do kept[#kept + 1] = (("a"):rep(900)):gmatch("a*b") end
  if #kept >= 400 then for _, f in ipairs(kept) do f() end end
  return self.quantum // 10
end
return p
