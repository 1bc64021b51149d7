-- 105_string_lib_tamper.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    string.format = nil: breaks host code that uses the global library
-- host:   the host calls nothing through the policy's tables

local P = {}
function P.pick(ready, now)
  string.format, table.insert, math.floor = nil, nil, nil
  return ready[1]
end
return P
