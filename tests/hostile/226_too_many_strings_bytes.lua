-- 226_too_many_strings_bytes.lua - string.byte of 100,000 bytes for ever
-- expect: TIMEOUT or NOMEM or ERROR
-- why:    one call pushes them all
-- host:   bounded by the stack, the clock is looked at

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local s = ("x"):rep(100000)
  while true do local _ = select("#", s:byte(1, -1)) end
end
return p
