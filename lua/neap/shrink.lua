-- shrink.lua - makes a list of operations that fails shorter, by leaving parts out.

-- The list without the elements from `first` to `last`; its named fields stay.
local function without(list, first, last)
  local rest = {}
  for key, value in pairs(list) do
    if math.type(key) ~= "integer" then rest[key] = value end
  end
  for i, op in ipairs(list) do
    if i < first or i > last then rest[#rest + 1] = op end
  end
  return rest
end

-- The shortest that still fails and can be found so. `list` fails at its operation `at`; try(list)
-- returns nil, or what goes wrong and at which operation.
return function(list, at, try)
  list = without(list, at + 1, #list)
  local size = #list // 2
  while size >= 1 do
    local first = 1
    while first <= #list do
      local shorter = without(list, first, first + size - 1)
      local problem, place = try(shorter)
      if problem then list = without(shorter, place + 1, #shorter) else first = first + size end
    end
    size = size // 2
  end
  return list
end
