-- 137_tostring_of_handles.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    tostring, comparison, length and concatenation of task handles
-- host:   __tostring gives 'task 3 (name)', never the address; # and .. and < raise

local P = {}
function P.pick(ready, now)
  assert(type(tostring(ready[1])) == "string")
  assert(ready[1] == ready[1] and ready[1] ~= ready[2])
  assert(not pcall(function() return #ready[1] end))
  assert(not pcall(function() return ready[1] .. "x" end))
  assert(not pcall(function() return ready[1] < ready[2] end))
  return ready[1]
end
return P
