-- 42_error_tostring_raises.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR or ERRERR
-- why:    __tostring of the error object raises inside the message handler
-- host:   the second error is the message; no crash, no recursion

local P = {}
function P.pick(ready, now)
  error(setmetatable({}, {__tostring = function() error("again") end}))
end
return P
