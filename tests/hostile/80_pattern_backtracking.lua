-- 80_pattern_backtracking.lua - a neutral one: P.pick(ready, now).
-- expect: TIMEOUT
-- why:    ^(a?){26}a{26}: exponential matching inside one C call; count hooks do not fire
--         (measured 2.3 s at 24 characters)
-- host:   the search is made before, step by step, until the budget is over

local P = {}
function P.pick(ready, now)
  return ("a"):rep(26):find("^" .. ("a?"):rep(26) .. ("a"):rep(26) .. "$")
end
return P
