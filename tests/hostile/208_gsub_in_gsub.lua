-- 208_gsub_in_gsub.lua - a callback of gsub that calls gsub
-- expect: ERROR
-- why:    a C frame each, and a buffer
-- host:   ends at the C stack limit

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local function f() return (("x"):gsub(".", f)) end
  return f()
end
return p
