-- 275_pairs_with_tables_as_keys.lua - walks a table with tables and functions as keys
-- expect: ERROR
-- why:    their order is that of addresses
-- host:   refused by name

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for _ in pairs { [{}] = 1, [print] = 2 } do end
end
return p
