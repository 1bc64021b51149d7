-- 133_coroutine_close_after_kill.lua - a neutral one: P.pick(ready, now).
-- expect: TIMEOUT or ERROR (no coroutine library)
-- why:    a coroutine stopped by the hook's error holds a to-be-closed variable;
--         coroutine.wrap (lua_resetthread) then runs its __close handler in a thread whose
--         allowhook is still 0: no hook can stop it (hangs stock Lua 5.4.4)
-- host:   there is no coroutine library

local P = {}
function P.pick(ready, now)
  local co = coroutine.wrap(function()
    local x <close> = setmetatable({}, {__close = function() while true do end end})
    while true do end
  end)
  co()
  return ready[1]
end
return P
