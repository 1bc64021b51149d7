-- 262_slice_negative.lua - slice returns -1
-- expect: BAD_RESULT
-- why:    none of what the hook may return
-- host:   named with what it was, counted, answered by the default

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return -1
end
return p
