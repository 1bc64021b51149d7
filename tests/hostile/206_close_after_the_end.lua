-- 206_close_after_the_end.lua - 100 __close handlers that loop, run when the budget has ended
-- expect: TIMEOUT
-- why:    each would have a little time of its own
-- host:   after the end every instruction raises

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local function nest(n)
    local x <close> = setmetatable({}, { __close = function() while true do end end })
    if n > 0 then return (nest(n - 1)) end
    while true do end
  end
  return nest(100)
end
return p
