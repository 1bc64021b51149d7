-- 238_memory_at_load.lua - fills its memory while it is loaded
-- expect: LOAD_NOMEM
-- why:    before there is a policy
-- host:   refuse at load; say how much it may have

local neap = require "neap"
local t = {}
for i = 1, 1e9 do t[i] = { i } end
return neap.policy { name = "hostile" }
