-- 47_error_with_escapes.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    message holds newlines, ANSI escapes, NUL and invalid UTF-8
-- host:   escape control bytes before writing to a terminal or JSON

local P = {}
function P.pick(ready, now)
  error("\27[2J\0\n\r\xff\xfe fake: task 1 finished")
end
return P
