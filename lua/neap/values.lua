-- values.lua - checks of what a person's file says: the value to use, or nil and what it ought to
-- be.
local neap = require "neap.core"

local values = {}

function values.text(value)
  if type(value) == "string" and value ~= "" and not value:find("\0", 1, true) then return value end
  return nil, "a text that is not empty"
end

-- A check for whole numbers within these bounds.
function values.whole(least, most)
  return function(value)
    local n = type(value) == "number" and math.tointeger(value)
    if n and n >= least and n <= most then return n end
    return nil, ("a whole number from %d to %d"):format(least, most)
  end
end

function values.duration(value)
  local ok, ns = pcall(neap.duration, value)
  if ok and ns >= 0 then return ns end
  return nil, 'a duration like "10ms" or a number of ns'
end

-- A value as a message shows it.
function values.shown(value)
  return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

return values
