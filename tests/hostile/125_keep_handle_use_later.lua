-- 125_keep_handle_use_later.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    reads a field of a task after it ended
-- host:   error 'task 3 has ended'; only .alive may be read

local P = {}
local kept
function P.pick(r)
  kept = kept or r[3]
  local v = kept.vruntime
  return r[1]
end
return P
