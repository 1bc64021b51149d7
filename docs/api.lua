-- api.lua - writes docs/LUA_API.md from lua/types: lua5.4 docs/api.lua >docs/LUA_API.md
--
-- Reads the comments that the Lua language server reads, no more of them than we use: @class,
-- @field, @alias, @param, @return, and functions. Loaded by dofile() it returns its functions.
local api = {}

api.FILES = { "lua/types/neap.lua", "lua/types/rt.lua", "lua/types/task.lua",
  "lua/types/policy.lua", "lua/types/sim.lua" }

-- The sentences that begin so stand in lines of their own.
local SAID = { "In a hook", "Raises", "Returns nil", "Answer", "Default" }

-- The type at the beginning of `text`, which may have spaces within brackets and after the colon
-- of a function's result; and what follows.
local function split_type(text)
  local depth, i = 0, 1
  while i <= #text do
    local c = text:sub(i, i)
    if c:find "[%(<{%[]" then depth = depth + 1 end
    if c:find "[%)>}%]]" then depth = depth - 1 end
    if c == " " and depth == 0 and text:sub(i - 1, i - 1) ~= ":" then break end
    i = i + 1
  end
  return text:sub(1, i - 1), (text:sub(i + 1))
end

-- Takes the sentences of SAID out of a function's comment. Returns the rest, and them by name.
local function split_said(text)
  local at = {}
  for _, name in ipairs(SAID) do
    local first, last = text:find(name:gsub(" ", "%%s") .. ":%s")
    if first then at[#at + 1] = { name = name, first = first, last = last } end
  end
  table.sort(at, function(a, b) return a.first < b.first end)
  local said = {}
  for i, part in ipairs(at) do
    local stop = at[i + 1] and at[i + 1].first - 1 or #text
    said[part.name] = text:sub(part.last + 1, stop):gsub("%s+", " "):gsub(" $", "")
  end
  return (text:sub(1, at[1] and at[1].first - 1 or #text):gsub("%s+$", "")), said
end

local function begin_block()
  return { doc = {}, aliases = {}, fields = {}, params = {}, returns = {} }
end

local read = {} -- a line with a tag, into the block of comments that it stands in

function read.class(block, rest)
  block.class, block.parent = rest:match("^([%w.]+):? ?([%w.]*)")
end

function read.alias(block, rest)
  local name, kind = rest:match("^(%S+) (.*)")
  local words, about = split_type(kind)
  block.aliases[#block.aliases + 1] = { name = name, type = words, about = about }
end

function read.field(block, rest)
  local name, kind = rest:match("^(%S+) (.*)")
  if name:sub(1, 1) == "[" then name, kind = rest:match("^(%b[]) (.*)") end
  local words, about = split_type(kind)
  local optional = name:match("%?$") and "?" or ""
  block.fields[#block.fields + 1] = { name = name:gsub("%?$", ""), type = words .. optional,
    about = about }
end

function read.param(block, rest)
  local name, kind = rest:match("^(%S+) (.*)")
  local words, about = split_type(kind)
  block.params[#block.params + 1] = { name = name, type = words, about = about }
end

read["return"] = function(block, rest)
  local words, about = split_type(rest)
  block.returns[#block.returns + 1] = { type = words, about = about }
end

local function new_class(block)
  return { name = block.class, parent = block.parent, doc = table.concat(block.doc, "\n"),
    fields = block.fields, functions = {} }
end

local function new_function(block, owner, sign, name, args)
  local doc, said = split_said(table.concat(block.doc, "\n"))
  return { name = name, call = ("%s%s%s(%s)"):format(owner, sign, name, args), doc = doc,
    said = said, params = block.params, returns = block.returns }
end

-- What a block of comments is about: the line behind it.
local function close_block(page, block, line)
  table.move(block.aliases, 1, #block.aliases, #page.aliases + 1, page.aliases)
  if block.class then
    local class = new_class(block)
    page.classes[#page.classes + 1], page[class.name] = class, class
    local variable = line:match("^local (%w+) = {}")
    if variable then page.variables[variable] = class end
  end
  local owner, sign, name, args = line:match("^function (%w+)([.:])([%w_]+)%((.-)%) end")
  if owner then
    local list = page.variables[owner].functions
    list[#list + 1] = new_function(block, owner, sign, name, args)
    list[name] = list[#list]
  end
end

-- The page of the types in `files`: { classes = {...}, aliases = {...}, [name of class] = class }.
-- A class: { name, parent, doc, fields = { { name, type, about } }, functions = { { name, call,
-- doc, said = { [beginning] = text }, params, returns }, [name] = the same } }.
function api.parse(files)
  local page = { classes = {}, aliases = {}, variables = {} }
  for _, path in ipairs(files) do
    local block = begin_block()
    for line in io.lines(path) do
      local tag, rest = line:match("^%-%-%-@(%w+) ?(.*)")
      local comment = line:match("^%-%-%-(.*)")
      if tag then
        if read[tag] then read[tag](block, rest) end
      elseif comment then
        block.doc[#block.doc + 1] = comment
      else
        close_block(page, block, line)
        block = begin_block()
      end
    end
    close_block(page, block, "")
  end
  return page
end

-- Writing.

local function code(text) return "`" .. text .. "`" end

local function cell(text) return (text:gsub("|", "\\|")) end

local function write_fields(out, class)
  if #class.fields == 0 then return end
  out "| field | type | |\n|---|---|---|\n"
  for _, field in ipairs(class.fields) do
    out(("| %s | %s | %s |\n"):format(code(field.name), cell(code(field.type)), cell(field.about)))
  end
  out "\n"
end

local function write_function(out, f)
  out(("### %s\n\n%s\n\n"):format(code(f.call), f.doc))
  for _, param in ipairs(f.params) do
    local about = param.about ~= "" and ": " .. param.about or ""
    out(("- %s %s%s\n"):format(code(param.name), code(param.type), about))
  end
  local words = {}
  for i, value in ipairs(f.returns) do words[i] = code(value.type) .. " " .. value.about end
  if #words > 0 then out(("- returns %s\n"):format(table.concat(words, ", "):gsub(" ,", ","))) end
  for _, name in ipairs(SAID) do
    if f.said[name] then out(("- %s: %s\n"):format(name, f.said[name])) end
  end
  out "\n"
end

local function anchor(name) return name:gsub("[^%w]", "") end

local HEAD = [[
# The Lua API

Made by `lua5.4 docs/api.lua >docs/LUA_API.md` from lua/types, which is installed as
`share/neap/types` and tells the Lua language server the same. [POLICIES.md](POLICIES.md) is the
way in for who writes a policy.

]]

-- The page as Markdown.
function api.text(page)
  local parts = {}
  local function out(text) parts[#parts + 1] = text end
  out(HEAD)
  for _, class in ipairs(page.classes) do
    out(("- [%s](#%s)\n"):format(class.name, anchor(class.name)))
  end
  out "\n"
  for _, class in ipairs(page.classes) do
    local kin = class.parent ~= "" and ("With all of %s.\n\n"):format(class.parent) or ""
    out(("## %s\n\n%s%s"):format(class.name, kin, class.doc ~= "" and class.doc .. "\n\n" or ""))
    write_fields(out, class)
    for _, f in ipairs(class.functions) do write_function(out, f) end
  end
  out "## Words\n\n"
  for _, alias in ipairs(page.aliases) do
    local about = alias.about ~= "" and ": " .. alias.about or ""
    out(("- %s = %s%s\n"):format(code(alias.name), code(alias.type), about))
  end
  return (table.concat(parts):gsub("[ ]+\n", "\n"))
end

if arg and arg[0] and arg[0]:find "docs/api%.lua$" then
  io.stdout:write(api.text(api.parse(api.FILES)))
end

return api
