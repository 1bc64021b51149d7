-- 128_policy_from_two_files.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    require of a helper file beside the policy
-- host:   require knows "neap" only

local P = {}
function P.pick(ready, now)
  return require("helper").pick(ready)
end
return P
