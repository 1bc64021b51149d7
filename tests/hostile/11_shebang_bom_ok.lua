#!/usr/bin/env lua5.4
-- 11_shebang_bom_ok.lua - a byte order mark and a #! line before the policy
-- expect: OK
-- why:    both are legal in a Lua file
-- host:   skip both, count lines from the first

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return self.quantum
end
return p
