-- 292_empties_its_tools.lua - removes what it was given
-- expect: OK
-- why:    the host must not need it
-- host:   the host calls nothing through the policy's tables

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  require, neap.policy, neap.fifo, string, table, math = nil, nil, nil, nil, nil, nil
  pairs, ipairs, pcall, error, setmetatable, _G = nil, nil, nil, nil, nil, nil
  return self.quantum // 10
end
return p
