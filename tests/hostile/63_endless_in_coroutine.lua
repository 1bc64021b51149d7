-- 63_endless_in_coroutine.lua - a neutral one: P.pick(ready, now).
-- expect: TIMEOUT or ERROR (no coroutine library)
-- why:    loops inside a coroutine made in the hook
-- host:   there is no coroutine library

local P = {}
function P.pick(ready, now)
  local co = coroutine.create(function() while true do end end)
  while true do coroutine.resume(co) co = coroutine.create(function() while true do end end) end
end
return P
