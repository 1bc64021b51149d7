-- gantt.lua - a picture in the terminal: a row for each task, a column for each quantum.
--
-- Where a column stands for more time than one state lasts, the share that the task ran is the
-- height of its block; on several cpus a column in which it ran most of the time says on which one.
-- Without UTF-8 there are two marks: ran most of it, ran a part.
local picture = require "neap.picture"
local tables = require "neap.table"

local gantt = {}

local NAME_ROOM, LEAST_COLUMNS = 16, 10
local LEAST_SHARE = 1 / 16 -- below it a column shows what else the task did
local DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
local BLOCKS = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" }

local MARKS = {
  unicode = { waits = "─", sleeps = "·", tick = "┴", axis = "─", dots = "…" },
  ascii = { waits = "-", sleeps = ".", tick = "+", axis = "-", dots = "~" },
}
-- Of the cpus, as far apart as a terminal's own colours are; dim for what does not run.
local COLOURS = { 34, 33, 36, 35, 32, 31, 94, 93 }
local DIM, PLAIN = "\27[2m", "\27[0m"

-- How a folded column is drawn: the text and, of a turn, the cpu.
local function mark_of(column, width, style, cpus)
  if not column then return " " end
  local share = column.runs / width
  if share < LEAST_SHARE and column.waits + column.sleeps > 0 then
    return style[column.waits >= column.sleeps and "waits" or "sleeps"]
  end
  if cpus > 1 and share >= 0.5 then
    local digit = column.cpu % #DIGITS + 1
    return DIGITS:sub(digit, digit), column.cpu
  end
  if style == MARKS.ascii then return share >= 0.5 and "#" or "+", column.cpu end
  return BLOCKS[math.min(8, math.ceil(8 * share - 1e-9))], column.cpu
end

local function colour_of(cpu) return ("\27[%dm"):format(COLOURS[cpu % #COLOURS + 1]) end

local function row_text(row, scale)
  local columns = picture.fold(row, scale.from, scale.width, scale.count)
  local parts, now = {}, ""
  for c = 1, scale.count do
    local mark, cpu = mark_of(columns[c], scale.width, scale.style, scale.cpus)
    if scale.colour and mark ~= " " then
      local wanted = cpu and colour_of(cpu) or DIM
      if wanted ~= now then mark, now = (now ~= "" and PLAIN or "") .. wanted .. mark, wanted end
    end
    parts[c] = mark
  end
  local text = table.concat(parts):gsub(" +$", "")
  return now ~= "" and text .. PLAIN or text
end

-- The axis: a line with a tick where a label begins, and the labels.
local function axis_text(scale)
  local step = picture.step(scale.count * scale.width, scale.count // 8)
  local line, labels, written = {}, {}, 0
  for c = 1, scale.count do line[c] = scale.style.axis end
  for at = -(-scale.from // step) * step, scale.from + scale.count * scale.width - 1, step do
    local c = (at - scale.from) // scale.width + 1
    local label = picture.at(at, step)
    if c - 1 >= written and c - 1 + #label <= scale.count then
      line[c] = scale.style.tick
      labels[#labels + 1] = (" "):rep(c - 1 - written) .. label .. " "
      written = c + #label
    end
  end
  return table.concat(line), (table.concat(labels):gsub(" +$", ""))
end

local function pad(name, room)
  return name .. (" "):rep(room - utf8.len(name))
end

local function clip(text, room, style)
  text = picture.clip(text, room, style.dots)
  return style == MARKS.ascii and text:gsub(utf8.charpattern, function(c)
    return #c > 1 and "?" or c
  end) or text
end

-- How wide the names are, and how many quanta a column stands for: 1, 2, 5, 10, 20, ...
local function scale_of(drawn, options)
  local from, to = picture.range(drawn)
  local quantum, cpus, names = math.maxinteger, 1, 1
  for _, policy in ipairs(drawn.policies) do
    quantum, cpus = math.min(quantum, policy.quantum_ns), math.max(cpus, policy.cpus)
    for i = 1, math.min(#policy.tasks, options.rows) do
      names = math.max(names, utf8.len(picture.clip(policy.tasks[i].name, NAME_ROOM)))
    end
  end
  local room = math.max(LEAST_COLUMNS, options.columns - names - 2)
  local quanta = picture.round_up(-(-(to - from) // (quantum * room)))
  local width = quanta * quantum
  return { from = from, width = width, quanta = quanta, quantum = quantum, names = names,
    count = math.max(1, -(-(to - from) // width)), cpus = cpus, colour = options.colour,
    style = MARKS[options.charset] }
end

local function legend(scale)
  local style = scale.style
  local part = style == MARKS.ascii and "+ a part of the time" or "▃ a part of the time"
  local runs = (scale.cpus > 1 and "0 runs on cpu 0  "
    or style == MARKS.ascii and "# runs  " or "█ runs  ") .. part
  return ("%s  %s waits  %s sleeps; a column is %s, %d quant%s"):format(runs, style.waits,
    style.sleeps, picture.at(scale.width, scale.width), scale.quanta,
    scale.quanta == 1 and "um" or "a")
end

local function chart(policy, scale, options)
  local lines, rows = {}, picture.rows(policy)
  local indent = (" "):rep(scale.names + 1)
  for i = 1, math.min(#rows, options.rows) do
    local name = clip(rows[i].task.name, NAME_ROOM, scale.style)
    lines[i] = pad(name, scale.names) .. " " .. row_text(rows[i], scale)
  end
  if #rows > options.rows then
    lines[#lines + 1] = ("%sand %d more tasks"):format(indent, #rows - options.rows)
  end
  local line, labels = axis_text(scale)
  lines[#lines + 1] = indent .. line
  lines[#lines + 1] = indent .. labels
  if policy.known_ns then
    lines[#lines + 1] = ("%snothing is kept of what came after %s"):format(indent,
      tables.duration(policy.known_ns))
  end
  return table.concat(lines, "\n")
end

-- The text of all charts, one beneath the other on one scale. Options: columns (of the terminal,
-- default 80), rows (how many tasks, default 50), charset ("unicode" or "ascii"), colour.
function gantt.text(drawn, options)
  local o = { columns = options.columns or 80, rows = options.rows or 50,
    charset = options.charset or "unicode", colour = options.colour }
  local scale, parts = scale_of(drawn, o), {}
  for i, policy in ipairs(drawn.policies) do
    local name = clip(policy.name, o.columns, scale.style)
    parts[i] = name .. "\n" .. chart(policy, scale, o) .. "\n"
  end
  return table.concat(parts, "\n") .. "\n" .. legend(scale) .. "\n"
end

-- What suits a terminal, or what stands in its place: the options above. `getenv` and `terminal`
-- (its columns, or nil when stdout is none) are given so that they can be tested.
function gantt.options(getenv, terminal)
  local function set(name)
    local value = getenv(name)
    return value and value ~= "" and value or nil
  end
  local locale = set "LC_ALL" or set "LC_CTYPE" or set "LANG" or "C"
  local columns = terminal and terminal > 0 and terminal
    or math.tointeger(tonumber(set "COLUMNS")) or 80
  return {
    charset = locale:lower():find("utf%-?8") and "unicode" or "ascii",
    colour = terminal ~= nil and not set "NO_COLOR" and set "TERM" ~= "dumb",
    columns = math.max(40, math.min(columns, 400)),
  }
end

return gantt
