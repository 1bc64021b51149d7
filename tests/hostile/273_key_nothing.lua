-- 273_key_nothing.lua - a key of nil
-- expect: BAD_RESULT
-- why:    it has no place in an order
-- host:   named, counted; the runtime's own queue answers

local neap = require "neap"
return neap.policy { name = "hostile", key = function() return nil end }
