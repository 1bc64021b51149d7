-- 245_base_for_another.lua - asks base about another task
-- expect: ERROR
-- why:    base trusts its caller
-- host:   base:slice() is for the task at hand

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "fair" }
local first
function p:slice(task)
  first = first or task
  return self.base:slice(first)
end
return p
