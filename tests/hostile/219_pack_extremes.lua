-- 219_pack_extremes.lua - string.pack of 2 GiB
-- expect: NOMEM or ERROR
-- why:    it pads byte by byte
-- host:   the memory ends first

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  return string.pack("c2147483647", "")
end
return p
