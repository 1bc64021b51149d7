-- 294_tail_call_in_pcall.lua - tail calls through pcall for ever
-- expect: TIMEOUT or ERROR
-- why:    neither stack nor instructions grow
-- host:   the count hook fires

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local function f() return pcall(f) end
  while true do f() end
end
return p
