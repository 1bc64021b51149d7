-- 272_key_string.lua - a key of "1"
-- expect: BAD_RESULT
-- why:    it has no place in an order
-- host:   named, counted; the runtime's own queue answers

local neap = require "neap"
return neap.policy { name = "hostile", key = function() return "1" end }
