-- policy_abi.lua - what NEAP_POLICY_ABI stands for: lua5.4 tests/lua/policy_abi.lua >FILE
--
-- A plug-in is compiled with policy.h, task.h and plugin.h: fields and their order, values, what
-- hooks and verbs are given, functions that are inlined. So all that these say to a compiler is
-- the interface: their text without comments and without a shape, one declaration or field a line.
local abi = {}

abi.FILE = "tests/lua/policy_abi.txt"
abi.HEADERS = { "task.h", "policy.h", "plugin.h" }

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

function abi.read(header)
  return read("runtime/include/neap/" .. header)
end

-- Of a piece of C: no space but between words, and a line after each thing that ends.
local function shapeless(text)
  return (text:gsub("%s+", " "):gsub(" ?([^%w_ ]) ?", "%1"):gsub("[;{},]", "%0\n"):gsub("^ ", ""))
end

-- A directive ends with its line.
function abi.normal(text)
  text = text:gsub("/%*.-%*/", " "):gsub("//[^\n]*", ""):gsub("\\\n", " ")
  local out, code = {}, {}
  local function end_code()
    out[#out + 1] = shapeless(table.concat(code, " "))
    code = {}
  end
  for line in text:gmatch "[^\n]+" do
    if line:find "^%s*#" then
      end_code()
      out[#out + 1] = line:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "") .. "\n"
    else
      code[#code + 1] = line
    end
  end
  end_code()
  return (table.concat(out):gsub("\n+", "\n"))
end

-- The number, and all that it stands for now.
function abi.now()
  local parts, number = {}, nil
  for i, name in ipairs(abi.HEADERS) do
    local text = abi.read(name)
    number = number or text:match "#define NEAP_POLICY_ABI (%d+)"
    parts[i] = abi.normal(text)
  end
  return number, table.concat(parts)
end

-- The first line in which two texts differ: how it was, and how it is.
function abi.difference(was, is)
  local next_was, next_is = was:gmatch "[^\n]+", is:gmatch "[^\n]+"
  local one, other
  repeat one, other = next_was(), next_is() until one ~= other or not one
  return one or "(nothing)", other or "(nothing)"
end

function abi.committed()
  return read(abi.FILE)
end

if arg and arg[0]:find "policy_abi%.lua$" then io.write((select(2, abi.now()))) end

return abi
