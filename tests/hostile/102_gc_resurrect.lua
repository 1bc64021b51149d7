-- 102_gc_resurrect.lua - a neutral one: P.pick(ready, now).
-- expect: LOAD_ERROR
-- why:    __gc that re-arms itself at each collection
-- host:   setmetatable refuses metatables with __gc, at load as well

local P = {}
local mt = {}
mt.__gc = function(o) setmetatable({}, mt) end
setmetatable({}, mt)
function P.pick(r) return r[1] end
return P
