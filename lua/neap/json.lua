-- json.lua - values as JSON, always the same bytes for the same value.
--
-- The keys of an object are sorted, or come in a given order; integers are written as such, other
-- numbers with as many digits as say them exactly; a text that is not UTF-8 has U+FFFD where it is
-- not. A table with a first element, or `json.list{}`, is an array.
local json = {}

local Array = {}

-- Marks a list, which may be empty, as an array.
function json.list(list) return setmetatable(list, Array) end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r" }

local function escape(c) return ESCAPES[c] or ("\\u%04x"):format(c:byte()) end

local function valid_utf8(text)
  local bad = select(2, utf8.len(text))
  while bad do
    text = text:sub(1, bad - 1) .. "\u{FFFD}" .. text:sub(bad + 1)
    bad = select(2, utf8.len(text))
  end
  return text
end

local function text(value)
  return '"' .. valid_utf8(value):gsub('[%c"\\\127]', escape) .. '"'
end

local function number(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  if value ~= value or value == math.huge or value == -math.huge then return "null" end
  for digits = 15, 17 do
    local said = ("%." .. digits .. "g"):format(value)
    if tonumber(said) == value then return said end
  end
end

local function array(value)
  local parts = {}
  for i, item in ipairs(value) do parts[i] = json.encode(item) end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function object(value)
  local keys, parts = {}, {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys)
  for i, key in ipairs(keys) do parts[i] = text(key) .. ":" .. json.encode(value[key]) end
  return "{" .. table.concat(parts, ",") .. "}"
end

function json.encode(value)
  local kind = type(value)
  if kind == "string" then return text(value) end
  if kind == "number" then return number(value) end
  if kind == "boolean" then return tostring(value) end
  if kind ~= "table" then return "null" end
  if value[1] ~= nil or getmetatable(value) == Array then return array(value) end
  return object(value)
end

-- The members of an object, in the order of `keys`; what is missing counts as 0.
function json.members(keys, values)
  local parts = {}
  for i, key in ipairs(keys) do
    parts[i] = ('"%s":%s'):format(key, json.encode(values[key] or 0))
  end
  return table.concat(parts, ",")
end

return json
