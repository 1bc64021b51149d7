-- 270_key_nan.lua - a key of 0 / 0
-- expect: BAD_RESULT
-- why:    it has no place in an order
-- host:   named, counted; the runtime's own queue answers

local neap = require "neap"
return neap.policy { name = "hostile", key = function() return 0 / 0 end }
