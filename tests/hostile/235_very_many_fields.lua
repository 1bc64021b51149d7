-- 235_very_many_fields.lua - a policy table with 50,000 fields of its own
-- expect: LOAD_ERROR
-- why:    each would be a parameter
-- host:   refuse at load: at most 256

local neap = require "neap"
local p = neap.policy { name = "hostile" }
for i = 1, 50000 do p["_" .. i] = i end
return p
