-- 221_addresses.lua - looks for addresses
-- expect: OK
-- why:    they differ from run to run
-- host:   tostring names the type; %p is refused

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for _, v in ipairs { {}, print, self, self.base } do
    assert(not tostring(v):find "0x" and not ("%s"):format(v):find "0x")
  end
  assert(not pcall(string.format, "%p", {}) and not pcall(string.format, "%-20p", {}))
  return self.quantum // 10
end
return p
