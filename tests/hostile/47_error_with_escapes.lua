-- 47_error_with_escapes.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    message holds newlines, ANSI escapes, NUL and invalid UTF-8
-- host:   control characters and what is not UTF-8 are written as \ddd, for terminals and JSON
--         alike

local P = {}
function P.pick(ready, now)
  error("\27[2J\0\n\r\xff\xfe fake: task 1 finished")
end
return P
