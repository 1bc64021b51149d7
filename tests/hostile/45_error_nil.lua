-- 45_error_nil.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    error(nil)
-- host:   log '(error object is a nil value)'

local P = {}
function P.pick(ready, now)
  error()
end
return P
