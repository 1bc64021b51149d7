-- 306_methods_of_tasks_on_nothing.lua - calls the methods of tasks on what is none
-- expect: OK
-- why:    a cast without a check
-- host:   refused by type

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for _, wrong in ipairs { 1, "x", {}, self, neap.fifo(), print } do
    for _, name in ipairs { "may_use", "stats", "kill", "signal", "wait", "boost", "pause" } do
      assert(not pcall(task[name], wrong, 0))
    end
  end
  assert(not pcall(function() return task[{}] end) and not pcall(function() return task[0 / 0] end))
  assert(not pcall(function() task[1] = 1 end) and not pcall(function() task.wait = 1 end))
  return self.quantum // 10
end
return p
