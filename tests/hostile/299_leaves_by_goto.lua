-- 299_leaves_by_goto.lua - 1,000 errors caught in a hook, then an answer
-- expect: OK
-- why:    errors are not failures if they are caught
-- host:   nothing is counted

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for i = 1, 1000 do pcall(error, i) end
  return self.quantum // 10
end
return p
