-- 50_yield_in_hook.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    yields outside a coroutine
-- host:   there is no coroutine library; hooks are not coroutines

local P = {}
function P.pick(ready, now)
  coroutine.yield() return ready[1]
end
return P
