-- 22_returns_dead_task.lua - a neutral one: P.pick(ready, now).
-- expect: BAD_RESULT
-- why:    returns a handle kept after the task ended
-- host:   reject: 'task 3, which has ended'; never a dangling pointer

local P = {}
function P.pick(ready, now)
  P.kept = P.kept or ready[3]
  return P.kept
end
return P
