-- 203_error_like_a_traceback.lua - a message that looks like a traceback with escapes
-- expect: ERROR
-- why:    what follows the words is written as it is
-- host:   the last such words count; control characters are written as digits

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  error("a\nstack traceback:\n\27[2J\0fake\nstack traceback:\n\t\155x", 0)
end
return p
