-- 224c_vararg_in_tables.lua - packs and unpacks 30,000 values for ever
-- expect: TIMEOUT or NOMEM
-- why:    one call copies them all
-- host:   unpack counts them

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local t = table.pack(table.unpack({}, 1, 30000))
  while true do t = table.pack(select(2, table.unpack(t, 1, 30000))) end
end
return p
