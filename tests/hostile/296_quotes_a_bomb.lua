-- 296_quotes_a_bomb.lua - %q of a large string for ever
-- expect: TIMEOUT or NOMEM
-- why:    one call quotes a megabyte
-- host:   memory and clock are looked at

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local s = ("\0"):rep(400000)
  while true do pcall(string.format, "%q", s) end
end
return p
