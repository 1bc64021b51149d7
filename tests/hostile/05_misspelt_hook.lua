-- 05_misspelt_hook.lua - pikc for pick
-- expect: LOAD_ERROR
-- why:    a misspelt hook would silently never be called
-- host:   refuse at load: unknown hook, with the nearest known name

local neap = require "neap"
local p = neap.policy { name = "hostile" }
function p:pikc() end
return p
