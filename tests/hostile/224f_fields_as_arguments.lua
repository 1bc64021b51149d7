-- 224f_fields_as_arguments.lua - a long string unpacked into arguments
-- expect: TIMEOUT or NOMEM
-- why:    as by table.unpack: each instruction copies all of them
-- host:   who has made a long list is looked at more often

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
local many = 20000
function p:slice(task)
  local function f(...) return select("#", ...) end
  local function g(...) while true do f(...) end end
  return g(string.unpack(("b"):rep(many), ("x"):rep(many)))
end
return p
