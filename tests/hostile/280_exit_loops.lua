-- 280_exit_loops.lua - an exit that never returns
-- expect: OK
-- why:    it is called when all is over
-- host:   stopped within the load budget

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:exit()
  while true do end
end
return p
