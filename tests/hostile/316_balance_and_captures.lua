-- 316_balance_and_captures.lua - %b and %1 over a long text, from each of its places
-- expect: TIMEOUT
-- why:    both walk along the text within one step of a pattern
-- host:   what they walk over counts

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local text = ("("):rep(60000)
  return #text:gsub("%b()", "") + #text:gsub("(.*)%1x", "")
end
return p
