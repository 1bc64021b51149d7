-- ordered_json.lua - reads JSON whose objects have an order, as rt-app's have.
--
-- An object is a table { keys = { names in order }, of = { name = value } }, an array a table
-- { list = { ... } }, null is nil. A name that comes twice is there twice in `keys`, its last
-- value counts, as with json-c. Bounded: 64 levels.
local ordered = {}

local MOST_LEVELS = 64
local ESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\",
  ["/"] = "/" }

local function line_of(s, at)
  local line = 1
  for _ in s:sub(1, at - 1):gmatch("\n") do line = line + 1 end
  return line
end

local function fail(s, at, what)
  error({ problem = ("line %d: %s"):format(line_of(s, at), what) }, 0)
end

-- Blanks, and the comments that rt-app allows.
local function skip(s, at)
  while true do
    at = s:match("^[ \t\r\n]*()", at)
    if s:sub(at, at + 1) == "/*" then
      local _, last = s:find("*/", at + 2, true)
      if not last then fail(s, at, "a comment without an end") end
      at = last + 1
    elseif s:sub(at, at + 1) == "//" then
      at = s:match("^[^\n]*()", at)
    else
      return at
    end
  end
end

local function text(s, at)
  local last = at + 1
  while true do
    local c = s:match('^[^"\\\n]*()', last)
    if s:sub(c, c) == '"' then
      last = c
      break
    end
    if s:sub(c, c) ~= "\\" then fail(s, at, "a string without an end") end
    last = c + 2
  end
  local body = s:sub(at + 1, last - 1)
  body = body:gsub("\\u(%x%x%x%x)", function(hex)
    local code = tonumber(hex, 16)
    return code > 0 and (code < 0xd800 or code > 0xdfff) and utf8.char(code) or "?"
  end):gsub("\\(.)", ESCAPES)
  return body, last + 1
end

local value

local function object(s, at, level)
  local keys, of = {}, {}
  at = skip(s, at + 1)
  while s:sub(at, at) ~= "}" do
    if s:sub(at, at) ~= '"' then fail(s, at, "expected a name in quotes or }") end
    local key
    key, at = text(s, at)
    at = skip(s, at)
    if s:sub(at, at) ~= ":" then fail(s, at, "expected : after a name") end
    keys[#keys + 1] = key
    of[key], at = value(s, skip(s, at + 1), level)
    at = skip(s, at)
    local c = s:sub(at, at)
    if c == "," then at = skip(s, at + 1) elseif c ~= "}" then fail(s, at, "expected , or }") end
  end
  return { keys = keys, of = of }, at + 1
end

local function array(s, at, level)
  local list = {}
  at = skip(s, at + 1)
  while s:sub(at, at) ~= "]" do
    list[#list + 1], at = value(s, at, level)
    at = skip(s, at)
    local c = s:sub(at, at)
    if c == "," then at = skip(s, at + 1) elseif c ~= "]" then fail(s, at, "expected , or ]") end
  end
  return { list = list }, at + 1
end

local WORDS = { ["true"] = true, ["false"] = false }

function value(s, at, level)
  if level == MOST_LEVELS then fail(s, at, "more than 64 levels") end
  local c = s:sub(at, at)
  if c == "{" then return object(s, at, level + 1) end
  if c == "[" then return array(s, at, level + 1) end
  if c == '"' then return text(s, at) end
  local number, after = s:match("^(-?%d+%.?%d*[eE]?[+-]?%d*)()", at)
  if number and tonumber(number) then return tonumber(number), after end
  local word, rest = s:match("^(%l+)()", at)
  if WORDS[word] ~= nil then return WORDS[word], rest end
  if word == "null" then return nil, rest end
  fail(s, at, c == "" and "it ends too early" or ("unexpected %q"):format(s:sub(at, at + 9)))
end

-- The value; raises { problem = }.
function ordered.decode(s)
  local answer, at = value(s, skip(s, 1), 0)
  at = skip(s, at)
  if at <= #s then fail(s, at, "something follows the end") end
  return answer
end

return ordered
