-- c_api.lua - writes docs/C_API.md from the headers: lua5.4 docs/c_api.lua >docs/C_API.md
--
-- A header is read in blocks, which blank lines part: comments by themselves are prose, or with
-- one short line a heading; a block with NEAP_API in it has functions; any other is shown as it
-- stands. The functions of a block share what the comment before the first of them says. Loaded
-- by dofile() it returns its functions.
local c_api = {}

c_api.FILES = { "neap.h", "options.h", "events.h", "task.h", "policy.h", "limits.h", "error.h",
  "facts.h", "sim.h", "meter.h", "trace.h", "plugin.h", "lua.h" }
local FOLDER = "runtime/include/neap/"

-- Lines that only the compiler needs, with which no block begins.
local function is_frame(line)
  return line:find "^#if" or line:find "^#endif" or line:find "^#include"
    or line:find "^#define NEAP_[A-Z_]*_H$" or line:find '^extern "C" {$' or line == "}"
    or line:find "^#undef" or line:find "^#define NEAP_TASK_LAYOUT_"
end

-- The text of a comment without its marks.
local function plain(comment)
  local lines = {}
  for line in (comment .. "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = line:gsub("^%s*/%*%s?", ""):gsub("^%s*%*/$", ""):gsub("%s*%*/%s*$", "")
      :gsub("^%s*%* ?", "")
  end
  return (table.concat(lines, "\n"):gsub("%s+$", ""))
end

-- Cuts a header into blocks of lines, braces and comments kept whole.
local function split_blocks(text)
  local blocks, lines, depth, inside = {}, {}, 0, false
  local function close()
    if #lines > 0 then blocks[#blocks + 1] = table.concat(lines, "\n") end
    lines = {}
  end
  for line in text:gsub("struct NEAP_TASK_LAYOUT_ ", "struct "):gmatch "(.-)\n" do
    if inside or depth > 0 or not is_frame(line) then
      if line == "" and depth == 0 and not inside then
        close()
      else
        lines[#lines + 1] = line
      end
    end
    local code = line:gsub("/%*.-%*/", "")
    if inside then inside = not code:find("*/", 1, true)
    else inside = code:find("/*", 1, true) ~= nil end
    code = code:gsub("/%*.*", "")
    if not is_frame(line) or depth > 0 then
      depth = depth + select(2, code:gsub("{", "")) - select(2, code:gsub("}", ""))
    end
    depth = math.max(depth, 0)
  end
  close()
  return blocks
end

-- The declarations of a block: { comment, code, after } each, `after` on the same line; and what
-- is said in a comment of its own before the first one, `shared`.
local function split_declarations(block)
  local list, rest, comment = {}, block, nil
  while rest ~= "" do
    local said, more = rest:match "^%s*(/%*.-%*/)(.*)$"
    if said then
      if comment then list.shared = comment end
      comment, rest = plain(said), more
    else
      local code, left = rest:match "^%s*(.-;)(.*)$"
      if not code then break end
      local after, behind = left:match "^[ \t]*(/%*.-%*/)(.*)$"
      list[#list + 1] = { comment = comment, code = code, after = after and plain(after) }
      comment, rest = nil, behind or left
    end
  end
  return list
end

-- The functions of a block, which may have types before them. `shared` is what the block says.
local function functions_of(block, header)
  local declarations, list, before = split_declarations(block), {}, {}
  local shared = declarations.shared
  for _, declaration in ipairs(declarations) do
    local call = declaration.code:match "^NEAP_API%s+(.*);$"
    if call then
      shared = shared or declaration.comment
      list[#list + 1] = {
        name = call:match "([%w_]+)%(", call = call, header = header,
        own = declaration.comment, shared = shared, after = declaration.after,
        result = call:match "^(.-)%s*[%w_]+%(",
      }
    else
      before[#before + 1] = declaration
      shared = shared or declaration.comment
    end
  end
  return list, before
end

-- All that is said about a function, its neighbours' words included.
local function said_of(f)
  local words = {}
  for _, text in ipairs { f.shared or "", f.own ~= f.shared and f.own or "", f.after or "" } do
    if text ~= "" then words[#words + 1] = text end
  end
  return table.concat(words, "\n")
end

-- May it be called inside a hook of a policy? policy.h is for hooks.
local function in_a_hook(f, said)
  local note = said:match "%[hook: (.-)%]"
  if note then return "yes: " .. note:gsub("%s+", " ") end
  return (said:find("[hook]", 1, true) or f.header == "policy.h") and "yes" or "no"
end

local function add_block(page, header, block)
  local part = { header = header.name }
  if block:find "NEAP_API" and not block:find "#define NEAP_API" then
    part.functions, part.types = functions_of(block, header.name)
    for _, f in ipairs(part.functions) do
      f.said = said_of(f)
      f.in_a_hook = in_a_hook(f, f.said)
      f.about = header.about
      page.functions[#page.functions + 1] = f
      page.functions[f.name] = f
    end
  elseif block:find "^/%*.-%*/$" and not block:find "%*/.*%S" then
    local text = plain(block)
    part[not text:find "\n" and #text < 60 and "heading" or "prose"] = text
  else
    part.code = block
  end
  header[#header + 1] = part
end

-- The page of the headers: { functions = { {...}, [name] = {...} }, { name, clause, about,
-- PART... }... }. A function: { name, call, result, header, said, in_a_hook }.
function c_api.parse(read)
  local page = { functions = {} }
  for i, name in ipairs(c_api.FILES) do
    local blocks = split_blocks(read(FOLDER .. name))
    local top = plain(blocks[1])
    local header = { name = name, clause = top:match "^%S+ %- ([^\n]*)",
      about = top:gsub("^[^\n]*\n*", "") }
    for k = 2, #blocks do add_block(page, header, blocks[k]) end
    page[i] = header
  end
  return page
end

-- Writing.

local HEAD = [[
# The C API

Made by `lua5.4 docs/c_api.lua >docs/C_API.md` from the headers in `runtime/include/neap`, which
are installed as `<neap/...>`. [EMBEDDING.md](EMBEDDING.md) is the way in. The environment rules
come first; they and the conventions hold for all headers.

]]

-- `<neap/x.h>` would be a tag of HTML.
local function prose(text)
  return (text:gsub("<", "\\<"))
end

local function contract(text) -- the mark has a line of its own
  return (prose(text):gsub("%s*%[hook[^%]]*%]", ""))
end

local function fence(code) return "```c\n" .. code .. "\n```\n\n" end

-- A function that is inline is shown without its body.
local function shown(code)
  local comment, head = code:match "^(/%*.-%*/)\n(static inline .-)\n{"
  if not head then head = code:match "^(static inline .-)\n{" end
  if head then return (comment and comment .. "\n" or "") .. head .. ";" end
  return code
end

local function write_functions(out, part)
  for _, declaration in ipairs(part.types) do
    out(fence(declaration.code))
  end
  local told, who -- what several have in common is said once, of the first
  for _, f in ipairs(part.functions) do
    out(("#### `%s`\n\n"):format(f.name))
    out(fence(f.call:gsub("\n" .. (" "):rep(#"NEAP_API "), "\n") .. ";"))
    if f.shared and f.shared ~= told then out(contract(f.shared) .. "\n\n") end
    if f.own and f.own ~= f.shared then out(contract(f.own) .. "\n\n") end
    if f.after then out(contract(f.after) .. "\n\n") end
    if f.shared ~= told then who = f.name end
    if who and who ~= f.name then out(("See also [%s](#%s).\n\n"):format(who, who)) end
    told = f.shared
    out(("In a hook: %s.\n\n"):format(f.in_a_hook))
  end
end

local function write_header(out, header)
  out(("## `<neap/%s>`: %s\n\n"):format(header.name, header.clause))
  if header.about ~= "" then out(prose(header.about) .. "\n\n") end
  for _, part in ipairs(header) do
    if part.heading then out(("### %s\n\n"):format((part.heading:gsub("%.$", "")))) end
    if part.prose then out(prose(part.prose) .. "\n\n") end
    if part.code then out(fence(shown(part.code))) end
    if part.functions then write_functions(out, part) end
  end
end

local function write_index(out, page)
  local names = {}
  for i, f in ipairs(page.functions) do names[i] = f.name end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = ("[%s](#%s)"):format(name, name) end
  out("## All functions\n\n" .. table.concat(names, ",\n") .. "\n")
end

-- The page as Markdown.
function c_api.text(page)
  local parts = {}
  local function out(text) parts[#parts + 1] = text end
  out(HEAD)
  for _, header in ipairs(page) do write_header(out, header) end
  write_index(out, page)
  return (table.concat(parts):gsub("[ ]+\n", "\n"))
end

function c_api.read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

if arg and arg[0] and arg[0]:find "docs/c_api%.lua$" then
  io.stdout:write(c_api.text(c_api.parse(c_api.read)))
end

return c_api
