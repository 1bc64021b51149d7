-- 90_string_doubling.lua - a neutral one: P.pick(ready, now).
-- expect: NOMEM
-- why:    s = s .. s for ever
-- host:   allocator limit: LUA_ERRMEM; fall back; the host's own memory is not touched

local P = {}
function P.pick(ready, now)
  local s = "x"
  while true do s = s .. s end
end
return P
