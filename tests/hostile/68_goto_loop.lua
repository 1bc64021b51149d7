-- 68_goto_loop.lua - a neutral one: P.pick(ready, now).
-- expect: TIMEOUT
-- why:    goto loop with close variables
-- host:   budget stops it; __close handlers run under the same budget

local P = {}
function P.pick(ready, now)
  ::top::
  do local x <close> = setmetatable({}, {__close = function() while true do end end}) end
  goto top
end
return P
