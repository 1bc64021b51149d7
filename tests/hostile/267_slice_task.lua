-- 267_slice_task.lua - slice returns task
-- expect: BAD_RESULT
-- why:    none of what the hook may return
-- host:   named with what it was, counted, answered by the default

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return task
end
return p
