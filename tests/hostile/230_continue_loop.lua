-- 230_continue_loop.lua - goto continue in a loop that never counts up
-- expect: TIMEOUT
-- why:    a mistake that everybody makes once
-- host:   the count hook fires

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local i = 1
  while i <= 10 do
    if i == 5 then goto continue end
    i = i + 1
    ::continue::
  end
  return self.quantum
end
return p
