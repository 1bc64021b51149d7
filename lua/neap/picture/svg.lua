-- svg.lua - a picture as SVG: a row for each task, an axis, the key figures beneath.
--
-- Up to some thousand segments each is an element of its own with a tooltip. Beyond that a row is
-- folded into columns as wide as a pixel, where the height of a block is the share of the cpu (but
-- at least as high as can be seen): so the size has a bound, which grows with the rows only. Texts
-- are monospaced but for the headings: a letter is 0.602 of its size wide, and what is too long is
-- clipped.
local metrics = require "neap.metrics"
local picture = require "neap.picture"
local tables = require "neap.table"

local svg = {}

local WIDTH, MARGIN, GAP = 800, 20, 28
local LETTER = 0.602 -- of a monospaced font's size
local NAME_LETTERS = 20
local MOST_ROWS = 300
local FEW_ROWS = 30 -- which may be high
local MOST_ELEMENTS = 4000 -- segments and waits; more are folded
local CPUS = 8 -- colours
local LEAST_HEIGHT = 0.35 -- of a block
local TABLE = 5 -- policies side by side
local FIGURES = {}
for name in ([[turnaround_mean response_mean wait_mean wait_p99 stretch_max slowdown_mean
  utilisation jain lag_ns context_switches starved missed]]):gmatch("%S+") do
  FIGURES[name] = true
end

-- Okabe and Ito's colours, which differ for the colour-blind too; yellow and black would not be
-- seen on white and on black.
local STYLE = [[
svg{background:#fff;width:100%;max-width:1200px;height:auto}
text{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#20262e}
.head{font-family:system-ui,"DejaVu Sans",sans-serif;font-weight:600}
.soft{fill:#5a6470}.best{font-weight:700}
.bg{fill:#fff}.odd{fill:#f4f6f8}.hit{fill:transparent}
.grid{stroke:#dfe4e9}.line{stroke:#8a929c}
.w{stroke:#8a929c;stroke-width:1.5;fill:none}
.s{stroke:#8a929c;stroke-width:1.5;stroke-dasharray:1.5 3.5;fill:none}
.c0{fill:#0072b2}.c1{fill:#e69f00}.c2{fill:#009e73}.c3{fill:#cc79a7}
.c4{fill:#56b4e9}.c5{fill:#d55e00}.c6{fill:#9a8f00}.c7{fill:#6e6e6e}
@media (prefers-color-scheme:dark){
svg{background:#15181d}text{fill:#e4e8ed}.soft{fill:#a3adb9}
.bg{fill:#15181d}.odd{fill:#1b1f26}.grid{stroke:#2b313a}.line{stroke:#727c88}
.w,.s{stroke:#727c88}.c0{fill:#3d9ddb}.c6{fill:#f0e442}.c7{fill:#b4b4b4}}
]]

-- Writing.

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

-- XML has no control characters, and neither has a picture; nor the two that are no characters.
local function escape(text)
  if not utf8.len(text) then text = text:gsub("[\128-\255]", "?") end
  return (text:gsub("[%c\127]", "?"):gsub("\u{FFFE}", "?"):gsub("\u{FFFF}", "?")
    :gsub('[&<>"]', ENTITIES))
end

local function number(x)
  return (("%.2f"):format(x):gsub("0+$", ""):gsub("%.$", ""))
end

local function add(page, ...)
  page[#page + 1] = string.format(...)
end

local function write(page, x, y, size, text, class, anchor)
  add(page, '<text x="%s" y="%s" font-size="%s"%s%s>%s</text>', number(x), number(y), number(size),
    class and (' class="%s"'):format(class) or "",
    anchor and (' text-anchor="%s"'):format(anchor) or "", escape(text))
end

local function plural(n, word)
  return ("%d %s%s"):format(n, word, n == 1 and "" or "s")
end

-- What a task did from one time to another, for a tooltip.
local function told(task, from, to, state, cpu, says)
  local what = state == "runs" and "runs on cpu " .. cpu or state
  return ("%s %s for %s, from %s to %s%s"):format(task.name, what, tables.duration(to - from),
    tables.duration(from), tables.duration(to), says and ": " .. says or "")
end

-- Rows.

-- Each segment by itself.
local function draw_exact(page, row, y, plot)
  local middle = number(y + plot.row / 2)
  for from, to, state, cpu, says in picture.spans(row) do
    local x, width = plot.x(from), plot.x(to) - plot.x(from)
    local tip = escape(told(row.task, from, to, state, cpu, says))
    if state == "runs" then
      add(page, '<rect class="c%d" x="%s" y="%s" width="%s" height="%s"><title>%s</title></rect>',
        cpu % CPUS, number(x), number(y + plot.pad), number(width),
        number(plot.row - 2 * plot.pad), tip)
    else
      add(page, '<path class="%s" d="M%s %sh%s"><title>%s</title></path>', state:sub(1, 1),
        number(x), middle, number(width), tip)
    end
  end
end

-- One shape for each cpu that the task had: steps as high as its share of each column.
local function areas_of(columns, count, base, height, left)
  local areas, open, last = {}, nil, nil
  for c = 1, count + 1 do
    local column = columns[c]
    local share = column and column.runs / (column.runs + column.waits + column.sleeps) or 0
    local level = share > 0 and math.ceil(2 * height * math.max(share, LEAST_HEIGHT)) / 2 or 0
    local cpu = level > 0 and column.cpu % CPUS or nil
    if cpu ~= open then
      if open then table.insert(areas[open], ("H%dV%s"):format(left + c - 1, number(base))) end
      if cpu then
        areas[cpu] = areas[cpu] or {}
        table.insert(areas[cpu], ("M%d %sV%s"):format(left + c - 1, number(base),
          number(base - level)))
      end
    elseif cpu and level ~= last then
      table.insert(areas[cpu], ("H%dV%s"):format(left + c - 1, number(base - level)))
    end
    open, last = cpu, level
  end
  return areas
end

-- Where the row waits (or sleeps) more than the other, as one path of pieces.
local function dashes_of(columns, count, state, y, left)
  local pieces, since = {}, nil
  local other = state == "waits" and "sleeps" or "waits"
  for c = 1, count + 1 do
    local column = columns[c]
    local is_it = column and column[state] > 0 and (column[state] > column[other]
      or column[state] == column[other] and state == "waits")
    if is_it and not since then since = c end
    if since and not is_it then
      pieces[#pieces + 1] = ("M%d %sh%d"):format(left + since - 1, number(y), c - since)
      since = nil
    end
  end
  return table.concat(pieces)
end

local function draw_folded(page, row, y, plot)
  local task, count, left = row.task, plot.columns, plot.left
  local columns = picture.fold(row, plot.from, plot.ns_each, count)
  add(page, "<g><title>%s</title>", escape(("%s: ran %s, waited %s"):format(task.name,
    tables.duration(task.cpu_ns or 0), tables.duration(task.wait_ns or 0))))
  add(page, '<rect class="hit" x="%d" y="%s" width="%d" height="%s"/>', left, number(y), count,
    number(plot.row))
  for _, state in ipairs { "waits", "sleeps" } do
    local path = dashes_of(columns, count, state, y + plot.row / 2, left)
    if path ~= "" then add(page, '<path class="%s" d="%s"/>', state:sub(1, 1), path) end
  end
  local areas = areas_of(columns, count, y + plot.row - plot.pad, plot.row - 2 * plot.pad, left)
  for cpu = 0, CPUS - 1 do
    if areas[cpu] then
      add(page, '<path class="c%d" d="%sZ"/>', cpu, table.concat(areas[cpu]))
    end
  end
  add(page, "</g>")
end

local function draw_axis(page, plot, top, bottom, has_labels_above)
  local step = picture.step(plot.to - plot.from, plot.columns // 90)
  for at = -(-plot.from // step) * step, plot.to, step do
    local x = number(plot.x(at))
    add(page, '<path class="grid" d="M%s %sV%s"/>', x, number(top), number(bottom + 4))
    write(page, plot.x(at), bottom + 17, 12, picture.at(at, step), "soft", "middle")
    if has_labels_above then
      write(page, plot.x(at), top - 5, 12, picture.at(at, step), "soft", "middle")
    end
  end
  add(page, '<path class="line" d="M%d %sh%d"/>', plot.left, number(bottom), plot.columns)
end

local function count_elements(rows)
  local n = 0
  for _, row in ipairs(rows) do n = n + 2 * (#row.spans // 3) end
  return n
end

-- A policy's chart from `y` on; returns where it ends.
local function draw_policy(page, policy, plot, y)
  local rows = picture.rows(policy)
  local shown = math.min(#rows, MOST_ROWS)
  local draw = count_elements(rows) <= MOST_ELEMENTS and draw_exact or draw_folded
  write(page, MARGIN, y + 16, 16, picture.clip(policy.name, 32), "head")
  write(page, WIDTH - MARGIN, y + 16, 12, ("%s on %s, quantum %s"):format(plural(#rows, "task"),
    plural(policy.cpus, "cpu"), tables.duration(policy.quantum_ns)), "soft", "end")
  local is_tall = shown > FEW_ROWS
  local top = y + (is_tall and 46 or 28)
  local bottom = top + shown * plot.row
  for i = 1, shown, 2 do
    add(page, '<rect class="odd" x="%d" y="%s" width="%d" height="%s"/>', MARGIN,
      number(top + (i - 1) * plot.row), WIDTH - 2 * MARGIN, number(plot.row))
  end
  draw_axis(page, plot, top, bottom, is_tall)
  for i = 1, shown do
    local at = top + (i - 1) * plot.row
    write(page, plot.left - 10, at + plot.row / 2 + plot.size * 0.35, plot.size,
      picture.clip(rows[i].task.name, NAME_LETTERS), nil, "end")
    draw(page, rows[i], at, plot)
  end
  bottom = bottom + 22
  local more = {}
  if #rows > shown then more[1] = ("and %s"):format(plural(#rows - shown, "more task")) end
  if policy.known_ns then
    more[#more + 1] = "nothing is kept of what came after " .. tables.duration(policy.known_ns)
  end
  if #more > 0 then
    write(page, plot.left, bottom + 14, 12, table.concat(more, "; "), "soft")
    bottom = bottom + 20
  end
  return bottom + GAP
end

-- The rest.

local function draw_legend(page, drawn, plot, y)
  local cpus, x = 1, plot.left
  for _, policy in ipairs(drawn.policies) do cpus = math.max(cpus, policy.cpus) end
  local function item(shape, text)
    page[#page + 1] = shape
    write(page, x + 30, y + 4, 12, text, "soft")
    x = x + 30 + #text * 12 * LETTER + 22
  end
  for cpu = 0, math.min(cpus, CPUS) - 1 do
    item(('<rect class="c%d" x="%s" y="%d" width="22" height="10"/>'):format(cpu, number(x), y - 5),
      cpus == 1 and "runs" or (cpu == 0 and "runs on " or "") .. cpu)
  end
  item(('<path class="w" d="M%s %dh22"/>'):format(number(x), y), "waits")
  item(('<path class="s" d="M%s %dh22"/>'):format(number(x), y), "sleeps")
end

-- The figures of the policies from number `first` on, as many as fit; returns where it ends.
local function draw_table(page, drawn, first, y)
  local names, reports = {}, {}
  for i = first, math.min(#drawn.policies, first + TABLE - 1) do
    names[#names + 1] = drawn.policies[i].name
    reports[#reports + 1] = drawn.policies[i].report
  end
  local left = MARGIN + 180
  local each = math.min(150, (WIDTH - MARGIN - left) / #names)
  local letters = math.max(4, math.floor((each - 14) / (12 * LETTER)))
  for i, name in ipairs(names) do
    write(page, left + i * each, y + 12, 12, picture.clip(name, letters), "best", "end")
  end
  y = y + 20
  for _, row in ipairs(metrics.rows(reports)) do
    if FIGURES[row.name] then
      add(page, '<path class="grid" d="M%d %sh%s"/>', MARGIN, number(y),
        number(left - MARGIN + #names * each))
      write(page, MARGIN, y + 15, 12, row.title, "soft")
      for i = 1, #names do
        local text = picture.clip((row.texts[i] or "-") .. (row.best[i] and "*" or ""), letters)
        write(page, left + i * each, y + 15, 12, text, row.best[i] and "best" or nil, "end")
      end
      y = y + 21
    end
  end
  return y + GAP
end

local function longest_name(drawn)
  local letters, rows = 1, 0
  for _, policy in ipairs(drawn.policies) do
    rows = math.max(rows, #policy.tasks)
    for i = 1, math.min(#policy.tasks, MOST_ROWS) do
      letters = math.max(letters, utf8.len(picture.clip(policy.tasks[i].name, NAME_LETTERS)))
    end
  end
  return letters, rows
end

-- Where things are: the rows' height and letters, and the scale of time.
local function plot_of(drawn)
  local letters, rows = longest_name(drawn)
  local plot = { row = rows <= FEW_ROWS and 24 or 15, size = rows <= FEW_ROWS and 13 or 12,
    pad = rows <= FEW_ROWS and 4 or 2 }
  plot.from, plot.to = picture.range(drawn)
  plot.left = math.ceil(MARGIN + 10 + letters * plot.size * LETTER) + 6
  plot.columns = WIDTH - MARGIN - 16 - plot.left
  plot.ns_each = math.max(1, -(-(plot.to - plot.from) // plot.columns))
  local each = plot.columns / (plot.to - plot.from)
  function plot.x(ns) return plot.left + (ns - plot.from) * each end
  return plot
end

-- The text of the file.
function svg.text(drawn)
  local page, plot = {}, plot_of(drawn)
  write(page, MARGIN, 34, 19, picture.clip(drawn.title, 60), "head")
  draw_legend(page, drawn, plot, 58)
  local y = 80
  if drawn.note then
    write(page, MARGIN, 84, 12, picture.clip(drawn.note, 100), "soft")
    y = 100
  end
  for _, policy in ipairs(drawn.policies) do y = draw_policy(page, policy, plot, y) end
  for first = 1, #drawn.policies, TABLE do y = draw_table(page, drawn, first, y) end
  local height = math.ceil(y)
  return table.concat {
    ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img"'
      .. ' aria-labelledby="title">\n'):format(WIDTH, height, WIDTH, height),
    '<title id="title">', escape("Who ran when: " .. drawn.title), "</title>\n<style>", STYLE,
    '</style>\n<rect class="bg" width="100%" height="100%"/>\n', table.concat(page, "\n"),
    "\n</svg>\n",
  }
end

return svg
