-- 258_methods_of_other_things.lua - methods of one queue on another, and on tasks
-- expect: ERROR
-- why:    a cast without a check would read what is not there
-- host:   checked by size and kind

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local f, h = neap.fifo(), neap.heap()
  for _, wrong in ipairs { f, task, self, "x", 1, print } do
    assert(not pcall(h.push, wrong, task, 1))
    assert(not pcall(h.each, wrong))
  end
  f.push(h, task)
end
return p
