-- 268_pick_self.lua - pick returns self
-- expect: BAD_RESULT
-- why:    none of what the hook may return
-- host:   named with what it was, counted, answered by the default

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:pick(cpu)
  return self
end
return p
