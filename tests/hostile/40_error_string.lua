-- 40_error_string.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    hook raises
-- host:   log message + traceback once, count a fault, fall back to the built-in hook for this
--         decision

local P = {}
function P.pick(ready, now)
  error("no idea what to run")
end
return P
