-- 87_gsub_bomb.lua - a neutral one: P.pick(ready, now).
-- expect: NOMEM or ERROR
-- why:    gsub with an empty pattern and a long replacement: 10^12 bytes
-- host:   memory limit stops it

local P = {}
function P.pick(ready, now)
  return ("x"):rep(1000000):gsub("", ("y"):rep(1000000))
end
return P
