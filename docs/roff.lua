-- roff.lua - Markdown, no more of it than our pages use, as macros of man(7).
--
-- Headings, paragraphs, lists, tables, fenced blocks, code, bold, links. A row of a table is a
-- tagged paragraph: its first cell, and the others behind it.
local roff = {}

local NAMES = { ["\\"] = "\\e", ["-"] = "\\-", ["^"] = "\\(ha", ["~"] = "\\(ti", ["`"] = "\\(ga",
  ["'"] = "\\(aq", ['"'] = "\\(dq" }

-- A character that is not ASCII has a name of its own.
local function plain(text)
  return (text:gsub("[\xC2-\xF4][\x80-\xBF]+", function(c)
    return ("\\[u%04X]"):format(utf8.codepoint(c))
  end))
end

-- Text that is typed or read as it stands.
function roff.literal(text)
  local escaped = text:gsub("[\\%-^~`'\"]", NAMES)
  return plain(escaped)
end

function roff.bold(text) return "\\fB" .. roff.literal(text) .. "\\fR" end

-- No line of text may begin as a macro does.
local function guard(text)
  return (("\n" .. text):gsub("\n([.'])", "\n\\&%1"):sub(2))
end

-- Lines of at most 78 characters, where words allow it.
local function fill(text)
  local lines, line = {}, nil
  for word in text:gmatch "%S+" do
    if line and #line + 1 + #word > 78 then
      lines[#lines + 1], line = line, word
    else
      line = line and line .. " " .. word or word
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function prose(text)
  local escaped = text:gsub("\\([<*_|])", "%1"):gsub("\\", "\\e"):gsub("%-%-", "\\-\\-")
  return plain(escaped)
end

-- A paragraph's text: code is bold, what is bold is italic, a link is its words.
function roff.text(markdown)
  local text = markdown:gsub("%s+", " ")
  local out, at = {}, 1
  while at <= #text do
    local first, last, code = text:find("`([^`]+)`", at)
    local before = text:sub(at, (first or 0) - 1)
    before = prose(before):gsub("%*%*(.-)%*%*", "\\fI%1\\fR"):gsub("%[(.-)%]%(.-%)", "%1")
    out[#out + 1] = before
    if not first then break end
    out[#out + 1] = roff.bold(code)
    at = last + 1
  end
  local joined = table.concat(out):gsub("%[([^%[%]]-)%]%([^()%s]-%)", "%1")
  return guard(fill(joined))
end

-- Lines that are shown as they stand.
function roff.block(text)
  local lines = {}
  for line in (text:gsub("\n*$", "") .. "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = guard(roff.literal(line:gsub("%s+$", "")))
  end
  return ".PP\n.in +4n\n.nf\n" .. table.concat(lines, "\n") .. "\n.fi\n.in\n"
end

local function cells_of(line)
  local cells = {}
  for cell in line:gsub("\\|", "\0"):gmatch "|([^|]*)" do
    cells[#cells + 1] = cell:gsub("%z", "|"):match "^%s*(.-)%s*$"
  end
  cells[#cells] = nil -- behind the last bar
  return cells
end

-- The cells behind the first; where there are several, each with its column's name.
local function rest_of(cells, heads)
  local words = {}
  for i = 2, #cells do
    local head = #heads > 2 and heads[i] ~= "" and heads[i] .. ": " or ""
    if cells[i] ~= "" then words[#words + 1] = head .. cells[i] end
  end
  return #words > 0 and table.concat(words, ".\n") or "\\&"
end

local function table_text(lines)
  local heads, out = cells_of(lines[1]), { ".PP\n" }
  for i = 3, #lines do
    local cells = cells_of(lines[i])
    out[#out + 1] = (".TP\n%s\n%s\n"):format(cells[1] ~= "" and roff.text(cells[1]) or "\\&",
      roff.text(rest_of(cells, heads)))
  end
  return table.concat(out, "", 2)
end

-- Cuts Markdown into { kind, text or lines }: "heading", "sub", "block", "table", "item", "text".
local function parts_of(markdown)
  local parts, last, inside = {}, nil, false
  local function add(kind, line)
    if last ~= kind or kind == "heading" or kind == "sub" or kind == "item" then
      parts[#parts + 1] = { kind = kind }
    end
    table.insert(parts[#parts], line)
    last = kind
  end
  for line in (markdown .. "\n"):gmatch "(.-)\n" do
    if line:find "^```" then
      if not inside then last = nil end
      inside = not inside
      if not inside then last = nil end
    elseif inside then add("block", line)
    elseif line == "" or line:find "^<!%-%-" then last = nil
    elseif line:find "^## " then add("heading", line:sub(4))
    elseif line:find "^### " then add("sub", line:sub(5))
    elseif line:find "^# " then last = nil
    elseif line:find "^|" then add("table", line)
    elseif line:find "^%- " then add("item", line:sub(3))
    elseif last == "item" then table.insert(parts[#parts], line)
    else add("text", line) end
  end
  return parts
end

local write = {}

function write.heading(part) return ".SH " .. roff.text(part[1]:gsub("`", "")):upper() .. "\n" end
function write.sub(part) return ".SS " .. roff.text(part[1]:gsub("`", "")) .. "\n" end
function write.block(part) return roff.block(table.concat(part, "\n")) end
function write.table(part) return table_text(part) end
function write.text(part) return ".PP\n" .. roff.text(table.concat(part, "\n")) .. "\n" end

function write.item(part)
  return ".IP \\(bu 3\n" .. roff.text(table.concat(part, "\n")) .. "\n"
end

-- Markdown as macros. `leave_out(part)` says which parts are not wanted.
function roff.from_markdown(markdown, leave_out)
  local out, before = {}, nil
  for _, part in ipairs(parts_of(markdown)) do
    if not (leave_out and leave_out(part)) then
      local text = write[part.kind](part)
      local is_head = before == "heading" or before == "sub"
      if is_head then text = text:gsub("^%.PP\n", "") end -- a heading begins a paragraph
      out[#out + 1] = text
      before = part.kind
    end
  end
  return table.concat(out)
end

-- The first line of a page.
function roff.title(name, section, version)
  local seconds = tonumber(os.getenv "SOURCE_DATE_EPOCH")
  return (".\\\" %s(%d) - written by docs/man.lua\n.TH %s %d \"%s\" \"neap %s\" \"neap manual\"\n")
    :format(name, section, roff.literal(name:upper()), section,
      os.date("!%Y-%m-%d", seconds), version)
end

return roff
