-- 229_metamethods_that_loop.lua - __eq, __lt, __concat, __len, __call that loop, caught
-- expect: TIMEOUT
-- why:    operators call functions
-- host:   the count hook fires in them

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local function loop() while true do end end
  local mt = { __eq = loop, __lt = loop, __concat = loop, __len = loop, __call = loop }
  local a, b = setmetatable({}, mt), setmetatable({}, mt)
  while true do
    pcall(function() return a == b end)
    pcall(function() return a < b end)
    pcall(function() return a .. b end)
    pcall(function() return #a end)
    pcall(a)
  end
end
return p
