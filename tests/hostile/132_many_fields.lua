-- 132_many_fields.lua - a neutral one: P.pick(ready, now).
-- expect: LOAD_ERROR
-- why:    policy table with many fields: the host's scan for unknown hooks must be bounded
-- host:   at most 256 fields

local P = {}
for i = 1, 500 do P["f" .. i] = i end
function P.pick(r) return r[1] end
return P
