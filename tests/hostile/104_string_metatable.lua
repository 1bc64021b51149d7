-- 104_string_metatable.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    replaces string methods for everybody through getmetatable("").__index
-- host:   __metatable = false on it; one Lua state per policy

local P = {}
function P.pick(ready, now)
  getmetatable("").__index = {rep = function() return "pwned" end}
  return ready[1]
end
return P
