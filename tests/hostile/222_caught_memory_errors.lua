-- 222_caught_memory_errors.lua - asks for too much, catches the error, for ever
-- expect: TIMEOUT
-- why:    a whole collection goes before each refusal
-- host:   each refusal has the clock looked at

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local t = {}
  for i = 1, 20000 do t[i] = { i } end
  while true do pcall(string.rep, "x", 1 << 23) end
end
return p
