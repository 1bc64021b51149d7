-- 82_rep_empty_string.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    string.rep('', 2^62): stock Lua 5.4.4 loops 2^62 times in C without allocating
-- host:   bound the count, not only the size

local P = {}
function P.pick(ready, now)
  return (""):rep(math.maxinteger)
end
return P
