-- 278_init_loops.lua - an init that never returns
-- expect: LOAD_TIMEOUT
-- why:    the policy takes over first
-- host:   refused; the running policy stays

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:init()
  while true do end
end
return p
