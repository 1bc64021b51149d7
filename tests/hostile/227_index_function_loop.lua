-- 227_index_function_loop.lua - __index that asks itself
-- expect: ERROR
-- why:    C frames without an end
-- host:   ends at the C stack limit

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local a = setmetatable({}, { __index = function(t, k) return t[k] end })
  return a.x
end
return p
