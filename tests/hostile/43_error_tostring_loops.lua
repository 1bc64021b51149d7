-- 43_error_tostring_loops.lua - a neutral one: P.pick(ready, now).
-- expect: TIMEOUT
-- why:    __tostring of the error object never returns
-- host:   the budget also covers the message handler; its end ejects at once

local P = {}
function P.pick(ready, now)
  error(setmetatable({}, {__tostring = function() while true do end end}))
end
return P
