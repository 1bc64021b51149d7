-- 03_missing_pick.lua - a queue of which nothing is taken
-- expect: LOAD_ERROR
-- why:    enqueue without pick: tasks go in and never come out
-- host:   refuse at load: enqueue, dequeue and pick come together

local neap = require "neap"
local p = neap.policy { name = "hostile" }
function p:enqueue() end
return p
