-- 279_init_raises.lua - an init that raises
-- expect: LOAD_ERROR
-- why:    the same
-- host:   refused with its message

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:init()
  error "not today"
end
return p
