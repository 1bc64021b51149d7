-- 130_metatable_policy.lua - a neutral one: P.pick(ready, now).
-- expect: LOAD_ERROR
-- why:    policy table whose hooks come from __index (class style)
-- host:   refused: a policy is a plain table, read raw

local Base = {pick = function(r) return r[1] end}
return setmetatable({}, {__index = Base})
