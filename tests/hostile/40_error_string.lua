-- 40_error_string.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    hook raises
-- host:   report message and traceback once, count it; the default answers for this decision;
--         the third in ten seconds ejects

local P = {}
function P.pick(ready, now)
  error("no idea what to run")
end
return P
