-- 107_write_task_field.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    writes a read-only field of a task
-- host:   error: task field 'vruntime' is read-only

local P = {}
function P.pick(ready, now)
  ready[1].vruntime = -1 return ready[1]
end
return P
