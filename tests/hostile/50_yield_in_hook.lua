-- 50_yield_in_hook.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    yields outside a coroutine
-- host:   error 'attempt to yield from outside a coroutine'; hooks are not coroutines
--         (document it)

local P = {}
function P.pick(ready, now)
  coroutine.yield() return ready[1]
end
return P
