-- 253_update_storm.lua - an update hook that changes what it is told of
-- expect: ERROR
-- why:    each change would bring another
-- host:   "not inside a policy hook"

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:running(task) task.priority = 7 end
function p:update(task) task.priority = task.priority == 7 and 8 or 7 end
return p
