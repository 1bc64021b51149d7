-- 234_weak_table.lua - asks for a weak table
-- expect: ERROR
-- why:    what is in it depends on the collector
-- host:   setmetatable refuses __mode

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return setmetatable({}, { __mode = "k" })
end
return p
