-- 109_rawset_userdata.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    rawset/rawget on handles
-- host:   rawset refuses userdata (table expected)

local P = {}
function P.pick(ready, now)
  rawset(ready[1], "id", 99) return ready[1]
end
return P
