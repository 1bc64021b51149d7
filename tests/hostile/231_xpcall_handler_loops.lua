-- 231_xpcall_handler_loops.lua - a handler of xpcall that never returns
-- expect: TIMEOUT
-- why:    stock Lua calls it with hooks off where the budget has ended
-- host:   it runs after the stack was unwound, and not after the end

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  while true do
    xpcall(function() while true do end end, function() while true do end end)
  end
end
return p
