-- 261_slice_nan.lua - slice returns 0 / 0
-- expect: BAD_RESULT
-- why:    none of what the hook may return
-- host:   named with what it was, counted, answered by the default

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return 0 / 0
end
return p
