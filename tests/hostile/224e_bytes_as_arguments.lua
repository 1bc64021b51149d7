-- 224e_bytes_as_arguments.lua - the bytes of a long string as arguments
-- expect: TIMEOUT
-- why:    as by table.unpack: each instruction copies all of them
-- host:   who has made a long list is looked at more often

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local function f(...) return select("#", ...) end
  local function g(...) while true do f(...) end end
  return g(("x"):rep(15000):byte(1, -1))
end
return p
