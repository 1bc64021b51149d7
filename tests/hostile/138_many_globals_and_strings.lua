-- 138_many_globals_and_strings.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    interns 20k short strings once: string table growth happens in a hook
-- host:   legal; growth is a pause, not a fault

local P = {}
local n = 0
function P.pick(ready, now)
  if n < 20000 then for i = 1, 1000 do n = n + 1; local _ = "k" .. n end end
  return ready[1]
end
return P
