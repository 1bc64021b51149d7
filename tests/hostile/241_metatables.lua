-- 241_metatables.lua - looks for metatables to change
-- expect: OK
-- why:    those of tasks, of self, of strings are shared
-- host:   hidden, and setmetatable refuses

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  assert(getmetatable(task) == false and getmetatable(self) == false and getmetatable("") == false)
  assert(getmetatable(neap.fifo()) == false)
  for _, t in ipairs { self, task, neap.heap(), "" } do
    assert(not pcall(setmetatable, t, {}))
  end
  assert(not pcall(rawset, task, "id", 9) and not pcall(rawget, task, "id"))
  return self.quantum // 10
end
return p
