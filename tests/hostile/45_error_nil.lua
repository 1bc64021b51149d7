-- 45_error_nil.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    error(nil)
-- host:   '(an error object: a nil)'

local P = {}
function P.pick(ready, now)
  error()
end
return P
