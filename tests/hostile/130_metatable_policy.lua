-- 130_metatable_policy.lua - a neutral one: P.pick(ready, now).
-- expect: LOAD_ERROR
-- why:    policy table whose hooks come from __index (class style)
-- host:   decide and document: rawget only (this harness: refused), or lua_getfield once at
--         load under the budget

local Base = {pick = function(r) return r[1] end}
return setmetatable({}, {__index = Base})
