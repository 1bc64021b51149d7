-- 24_fake_task_table.lua - a neutral one: P.pick(ready, now).
-- expect: BAD_RESULT
-- why:    returns a table that looks like a task
-- host:   reject: only handles made by the host are tasks

local P = {}
function P.pick(ready, now)
  return {id = 1, vruntime = 0, weight = 1024, alive = true}
end
return P
