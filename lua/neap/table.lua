-- table.lua - text for people: aligned tables, durations, percentages.
local tables = {}

local MAX_WIDTH = 32 -- of a cell that is not in the last column
local UNITS = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "us" } }

-- Three significant digits: "1.23s", "45.6ms", "789us", "12ns"; from a minute on "2m03s",
-- "1h02m".
function tables.duration(ns)
  local seconds = math.floor(ns / 1e9)
  if seconds >= 3600 then return ("%dh%02dm"):format(seconds // 3600, seconds % 3600 // 60) end
  if seconds >= 60 then return ("%dm%02ds"):format(seconds // 60, seconds % 60) end
  for i = 1, #UNITS do
    local n = ns / UNITS[i][1]
    if n >= 0.9995 then -- else it would read "1000us"
      return (n < 9.995 and "%.2f%s" or n < 99.95 and "%.1f%s" or "%.0f%s"):format(n, UNITS[i][2])
    end
  end
  return ("%.0fns"):format(ns)
end

-- `part` of `whole` as "12.3%"; "-" when there is nothing to compare.
function tables.percent(part, whole)
  if not part or whole <= 0 then return "-" end
  return ("%.1f%%"):format(100 * part / whole)
end

local function is_ascii(text)
  return not text:find("[^ -~]")
end

-- What a terminal would obey does not get there, and a long cell ends in dots. Returns the text
-- and its width.
local function clean(cell, is_last)
  local text = tostring(cell)
  if #text <= MAX_WIDTH and is_ascii(text) then return text, #text end
  text = text:gsub("%c", "?")
  local width = utf8.len(text) or #text
  if is_last or width <= MAX_WIDTH then return text, width end
  local cut = utf8.len(text) and utf8.offset(text, MAX_WIDTH - 2) or MAX_WIDTH - 2
  return text:sub(1, cut - 1) .. "...", MAX_WIDTH
end

-- The cells of a line, for which the columns are made wide enough.
local function clean_line(cells, widths)
  local line = { is_ascii = true }
  for i = 1, #widths do
    local text, width = clean(cells[i], i == #widths)
    line[i] = text
    if width > widths[i] then widths[i] = width end
    if not is_ascii(text) then line.is_ascii = false end
  end
  return line
end

local function pad(text, to, side)
  local blank = (" "):rep(to - (utf8.len(text) or #text))
  return side == "right" and blank .. text or text .. blank
end

local function pad_all(line, widths, sides)
  local cells = {}
  for i, text in ipairs(line) do cells[i] = pad(text, widths[i], sides[i]) end
  return table.concat(cells, "  ")
end

-- How string.format() pads a line that has only ASCII; nil: it cannot, a column is too wide.
local function format_of(widths, sides)
  local parts = {}
  for i, width in ipairs(widths) do
    if width > 99 then return nil end
    parts[i] = ("%%%s%ds"):format(sides[i] == "right" and "" or "-", width)
  end
  return table.concat(parts, "  ")
end

-- The text of a table: a line of titles and one for each row. A title that begins with ">"
-- makes its column flush right.
function tables.format(titles, rows)
  local heads, sides, widths = {}, {}, {}
  for i, title in ipairs(titles) do
    heads[i] = title:gsub("^>", "")
    sides[i] = title:sub(1, 1) == ">" and "right" or "left"
    widths[i] = 0
  end
  local lines = { clean_line(heads, widths) }
  for n, row in ipairs(rows) do lines[n + 1] = clean_line(row, widths) end

  local format = format_of(widths, sides)
  for n, line in ipairs(lines) do
    local text = format and line.is_ascii and format:format(table.unpack(line))
      or pad_all(line, widths, sides)
    lines[n] = text:gsub("%s+$", "") .. "\n"
  end
  return table.concat(lines)
end

return tables
