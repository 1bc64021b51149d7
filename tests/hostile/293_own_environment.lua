-- 293_own_environment.lua - replaces _ENV
-- expect: ERROR
-- why:    globals are then fields of what it says
-- host:   an error as any other

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local _ENV = setmetatable({}, { __index = function(_, k) error("no " .. k) end })
  return nowhere
end
return p
