-- 264_slice_fraction.lua - slice returns 1e6 + 0.5
-- expect: BAD_RESULT
-- why:    none of what the hook may return
-- host:   named with what it was, counted, answered by the default

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return 1e6 + 0.5
end
return p
