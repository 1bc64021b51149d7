-- 207_pcall_in_pcall.lua - pcall calls pcall without an end
-- expect: OK
-- why:    a C frame each
-- host:   ends at the C stack limit, as an error that pcall catches

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local function f() return pcall(f) end
  f()
  return self.quantum // 10
end
return p
