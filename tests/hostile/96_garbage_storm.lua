-- 96_garbage_storm.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    10k short-lived tables per pick
-- host:   legal; pauses belong to the policy: run lua_gc steps while a task runs, not before a
--         decision

local P = {}
function P.pick(ready, now)
  local t
  for i = 1, 10000 do t = {i} end
  return ready[1]
end
return P
