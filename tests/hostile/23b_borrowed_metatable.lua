-- 23b_borrowed_metatable.lua - a table with the metatable of a task
-- expect: ERROR
-- why:    it would look like a task to whoever asks by metatable
-- host:   the metatables of tasks cannot be had

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return setmetatable({}, getmetatable(task))
end
return p
