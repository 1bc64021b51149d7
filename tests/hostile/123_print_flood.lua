-- 123_print_flood.lua - a neutral one: P.pick(ready, now).
-- expect: OK or TIMEOUT
-- why:    prints 10000 lines per pick
-- host:   a line of the log each, 100 a second, each cut; how many more there were is told

local P = {}
function P.pick(ready, now)
  for i = 1, 10000 do print("tick", i) end
  return ready[1]
end
return P
