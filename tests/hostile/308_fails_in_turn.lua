-- 308_fails_in_turn.lua - each hook fails a little, none three times
-- expect: OK or ERROR
-- why:    three failures of any hook, not of one
-- host:   counted together; ejected at the third

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr", ticks = "always" }
for _, hook in ipairs { "slice", "running", "stopping", "tick", "dequeue" } do
  local n = 0
  p[hook] = function()
    n = n + 1
    if n == 2 then error(hook) end
    return hook == "slice" and neap.ms or nil
  end
end
return p
