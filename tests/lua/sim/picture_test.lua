-- picture_test.lua - pictures of runs: what the terminal shows, SVG without overlaps, safe pages.
local cjson = require "cjson"
local luaunit = require "luaunit"
local neap = require "neap"
local gantt = require "neap.picture.gantt"
local page = require "neap.picture.page"
local picture = require "neap.picture"
local svg = require "neap.picture.svg"

-- luacheck: globals TestGantt TestFold TestSvg TestPage
TestGantt, TestFold, TestSvg, TestPage = {}, {}, {}, {}

local same = luaunit.assertEquals
local is_true = luaunit.assertTrue
local TEXTBOOK = "examples/workloads/textbook/"
local NASTY = "</script><b a=\"'&\27[31m\0\u{2028}\u{2029}{{data}}%1"
local BROKEN = NASTY .. "\xff" -- is no UTF-8

-- A picture of tasks under policies.
local function draw(workload, policies, options)
  local drawn = { title = "a run", policies = {} }
  for i, name in ipairs(policies) do
    local given = { workload = workload, policy = name, tasks = true, timeline = true }
    for key, value in pairs(options or {}) do given[key] = value end
    drawn.policies[i] = picture.of_report(name, assert(neap.simulate(given)))
  end
  return drawn
end

local function many(n)
  local list = {}
  for i = 1, n do
    list[i] = { name = ("%s job number %d"):format(i % 2 == 0 and "W" or "i", i),
      arrival = i * neap.ms, work = { 7 * neap.ms, 30 * neap.ms }, times = 20 }
  end
  return list
end

-- One task of a name that no workload may have; a picture may.
local function draw_nasty(name)
  local drawn = draw({ { work = "20ms" } }, { "rr" })
  drawn.policies[1].tasks[1].name = name
  return drawn
end

local ENTITIES = { lt = "<", gt = ">", amp = "&", quot = '"' }

-- The boxes of all texts, a little too wide.
local function boxes_of(text)
  local boxes = {}
  for attributes, body in text:gmatch("<text ([^>]*)>([^<]*)</text>") do
    local function get(name) return attributes:match(name .. '="([^"]*)"') end
    local size = tonumber(get "font%-size")
    local plain = body:gsub("&(%w+);", ENTITIES)
    local letter = get "class" == "head" and 0.62 or 0.603
    local width, x, y = utf8.len(plain) * size * letter, tonumber(get "x"), tonumber(get "y")
    local anchor = get "text%-anchor"
    local left = anchor == "end" and x - width or anchor == "middle" and x - width / 2 or x
    boxes[#boxes + 1] = { left = left, right = left + width, top = y - 0.75 * size,
      bottom = y + 0.2 * size, text = plain }
  end
  return boxes
end

local function check_labels(text)
  local boxes, width = boxes_of(text), tonumber(text:match 'viewBox="0 0 (%d+)')
  local height = tonumber(text:match 'viewBox="0 0 %d+ (%d+)')
  for i, a in ipairs(boxes) do
    is_true(a.left >= 0 and a.right <= width and a.top >= 0 and a.bottom <= height, a.text)
    for k = i + 1, #boxes do
      local b = boxes[k]
      is_true(a.right <= b.left or b.right <= a.left or a.bottom <= b.top or b.bottom <= a.top,
        ("%q overlaps %q"):format(a.text, b.text))
    end
  end
  return #boxes
end

-- The terminal. SGG 5.3.2, shortest remaining time first: P1 P2 P4 P1 P3.

function TestGantt.test_a_textbook_run_in_unicode()
  same(gantt.text(draw(TEXTBOOK .. "srtf.lua", { "srtf" }), { charset = "unicode" }), [[
srtf
P1 █─────────███████
P2  ████
P3   ───────────────█████████
P4    ──█████
   ┴─────────┴─────────┴─────
   0         100ms     200ms

█ runs  ▃ a part of the time  ─ waits  · sleeps; a column is 10ms, 1 quantum
]])
end

function TestGantt.test_the_same_in_ascii_with_both_policies_on_one_scale()
  same(gantt.text(draw(TEXTBOOK .. "srtf.lua", { "fifo", "srtf" }), { charset = "ascii" }), [[
fifo
P1 ########
P2  -------####
P3   ----------#########
P4    ------------------#####
   +---------+---------+-----
   0         100ms     200ms

srtf
P1 #---------#######
P2  ####
P3   ---------------#########
P4    --#####
   +---------+---------+-----
   0         100ms     200ms

# runs  + a part of the time  - waits  . sleeps; a column is 10ms, 1 quantum
]])
end

function TestGantt.test_sleeps_and_cpus_are_told_apart()
  local drawn = draw({ { name = "a", work = { "20ms", "30ms" }, times = 2 },
    { name = "b", work = "60ms" } }, { "rr" }, { cpus = 2 })
  same(gantt.text(drawn, { charset = "ascii" }):match("^[^\n]*\n([^\n]*\n[^\n]*)"),
    "a 00...00\nb 111111")
end

function TestGantt.test_a_long_run_is_folded_to_the_width_and_says_so()
  local drawn = draw({ { name = "a", work = "10s" }, { name = "b", work = "10s" } }, { "rr" })
  for _, columns in ipairs { 40, 80, 200 } do
    for _, charset in ipairs { "ascii", "unicode" } do
      for line in gantt.text(drawn, { columns = columns, charset = charset }):gmatch "[^\n]+" do
        is_true(utf8.len(line) <= math.max(columns, 80), line)
      end
    end
  end
  local text = gantt.text(drawn, { columns = 60, charset = "unicode" })
  luaunit.assertStrContains(text, "a ▄▄▄▄▄▄▄▄")
  luaunit.assertStrContains(text, "a column is 500ms, 50 quanta")
end

function TestGantt.test_many_tasks_end_in_how_many_more()
  local text = gantt.text(draw(many(60), { "fair" }), { charset = "ascii", rows = 50 })
  luaunit.assertStrContains(text, "and 10 more tasks")
  luaunit.assertStrContains(text, "i job number 49")
  luaunit.assertNotStrContains(text, "job number 51")
end

function TestGantt.test_names_cannot_write_to_the_terminal()
  local drawn = draw_nasty(BROKEN)
  for _, charset in ipairs { "ascii", "unicode" } do
    local text = gantt.text(drawn, { charset = charset })
    is_true(not text:find("[%z\1-\9\11-\31]") and utf8.len(text) ~= nil)
  end
  is_true(not gantt.text(draw({ { name = "é日本", work = "20ms" } }, { "rr" }),
    { charset = "ascii" }):find "[\128-\255]")
end

function TestGantt.test_colour_and_letters_are_those_of_the_terminal()
  local function options(env, terminal)
    return gantt.options(function(name) return env[name] end, terminal)
  end
  same(options({ LANG = "de_DE.UTF-8" }, 100),
    { charset = "unicode", colour = true, columns = 100 })
  same(options({ LANG = "C.utf8", LC_ALL = "C" }, nil),
    { charset = "ascii", colour = false, columns = 80 })
  same(options({ LC_CTYPE = "C.UTF-8", LANG = "C", NO_COLOR = "1", COLUMNS = "120" }, 0),
    { charset = "unicode", colour = false, columns = 120 })
  is_true(not options({ TERM = "dumb" }, 80).colour)
  same(options({}, 80).charset, "ascii")
  local drawn = draw(TEXTBOOK .. "srtf.lua", { "srtf" })
  local plain = gantt.text(drawn, { charset = "unicode" })
  local coloured = gantt.text(drawn, { charset = "unicode", colour = true })
  is_true(coloured ~= plain)
  same(coloured:gsub("\27%[%d*m", ""), plain)
end

-- A recorded run, of virtual tasks: b sleeps from 35 to 60 ms, a ends at 90 ms.
function TestGantt.test_a_recorded_run_is_drawn_likewise()
  local path = os.tmpname()
  do
    local rt <close> = assert(neap.runtime { clock = "virtual", policy = "rr", cpus = 1,
      record = path })
    local a, b = assert(rt:task { name = "a", priority = 7 }), assert(rt:task { name = "b" })
    rt:run "35ms"
    b:block()
    rt:run "25ms"
    b:wake()
    rt:run "30ms"
    a:finish()
    rt:run "20ms"
    b:finish()
    rt:run "0s"
  end
  local drawn = assert(picture.of_replay(path))
  os.remove(path)
  same(gantt.text(drawn, { charset = "ascii" }):match "^[^\n]*\n[^\n]*\n[^\n]*\n",
    "round_robin\na #-#####-#\nb -#-#..-#-##\n")
  same(drawn.policies[1].tasks[1].priority, 7)
  luaunit.assertStrContains(page.text(drawn), "round_robin")
  check_labels(svg.text(drawn))
  is_true(not picture.of_replay "/nonexistent")
end

-- Columns and scales.

function TestFold.test_columns_hold_all_the_time_that_a_task_was_there()
  for _, policy in ipairs(draw(many(10), { "fair", "rr" }).policies) do
    for _, row in ipairs(picture.rows(policy)) do
      local runs, all = 0, 0
      for _, column in pairs(picture.fold(row, 0, 3 * neap.ms + 1, 100000)) do
        runs, all = runs + column.runs, all + column.runs + column.waits + column.sleeps
      end
      same(runs, row.task.cpu_ns)
      same(all, row.last - row.task.from_ns)
    end
  end
end

function TestFold.test_waits_are_those_of_the_report()
  local drawn = draw(many(10), { "fair" })
  for _, row in ipairs(picture.rows(drawn.policies[1])) do
    local waits = 0
    for from, to, state in picture.spans(row) do
      if state == "waits" then waits = waits + to - from end
    end
    same(waits, row.task.wait_ns)
  end
end

function TestFold.test_ticks_are_one_two_five()
  local ms, s = neap.ms, neap.s
  same(picture.step(300 * ms, 4), 100 * ms)
  same(picture.step(100 * s, 7), 20 * s)
  same(picture.step(3600 * s, 7), 600 * s)
  same(picture.step(1, 5), 1)
  same({ picture.at(0, s), picture.at(1500 * ms, 500 * ms), picture.at(250 * ms, 50 * ms),
    picture.at(600 * s, 300 * s), picture.at(90 * s, 30 * s), picture.at(1234567, 1) },
    { "0", "1.5s", "250ms", "10min", "90s", "1234.567us" })
end

-- SVG. Elements and texts, found by patterns: what is written is our own.

-- Is it well-formed? Returns how many elements there are.
local function parse(text)
  local stack, count, at = {}, 0, 1
  while true do
    local from, to, closes, name, attributes, empty =
      text:find("<(/?)([%w]+)([^<>]-)(/?)>", at)
    local between = text:sub(at, (from or #text + 1) - 1)
    is_true(not between:find("[<>]") or stack[#stack] == "style", between)
    for entity in between:gmatch("&(%w*);?") do is_true(ENTITIES[entity] ~= nil, between) end
    if not from then break end
    if closes == "/" then
      same(table.remove(stack), name)
    else
      count = count + 1
      same(attributes:gsub('%s+[%w:-]+="[^"]*"', ""):gsub("%s", ""), "", attributes)
      if empty == "" then stack[#stack + 1] = name end
    end
    at = to + 1
  end
  same(#stack, 0)
  return count
end

function TestSvg.test_a_textbook_run_has_a_tooltip_for_each_turn()
  local text = svg.text(draw(TEXTBOOK .. "srtf.lua", { "srtf" }))
  parse(text)
  luaunit.assertStrContains(text,
    "<title>P4 runs on cpu 0 for 50.0ms, from 50.0ms to 100ms</title>")
  luaunit.assertStrContains(text, "prefers-color-scheme:dark")
  is_true(check_labels(text) > 15)
end

function TestSvg.test_no_label_overlaps_another_whatever_there_is()
  local eight = { "fifo", "sjf", "srtf", "rr", "fair", "priority", "lottery", "mlfq" }
  for _, n in ipairs { 1, 4, 200, 400 } do
    local text = svg.text(draw(many(n), n == 4 and eight or { "fair", "rr" }, { cpus = 2 }))
    parse(text)
    check_labels(text)
  end
  local long = draw({ { name = ("W"):rep(500), work = "3h" } }, { "fair" }, { quantum = "1s" })
  long.title, long.policies[1].name, long.note = ("W"):rep(500), ("W"):rep(500), ("W"):rep(500)
  check_labels(svg.text(long))
end

function TestSvg.test_a_long_run_is_no_larger_than_its_rows()
  local drawn = draw({ { name = "a", work = { "3ms", "2ms" }, times = 20000 },
    { name = "b", work = { "2ms", "3ms" }, times = 20000 } }, { "rr" })
  is_true(#drawn.policies[1].segments > 60000)
  is_true(#svg.text(drawn) < 60000)
end

function TestSvg.test_names_are_text()
  local text = svg.text(draw_nasty(BROKEN))
  parse(text)
  luaunit.assertStrContains(text, "&lt;/script&gt;")
  is_true(not text:find("[%z\1-\9\11-\31]") and utf8.len(text) ~= nil)
end

-- The page.

local function data_of(text)
  local json = text:match('<script type="application/json" id="data">(.-)</script>')
  return json, cjson.decode(json)
end

function TestPage.test_nothing_in_the_data_ends_its_element()
  local drawn = draw_nasty(NASTY)
  drawn.title, drawn.note, drawn.policies[1].name = NASTY, NASTY, NASTY
  drawn.policies[1].segments[1].says = NASTY
  local text = page.text(drawn)
  local json, data = data_of(text)
  is_true(not json:find("[<>&%c]") and not json:find "\u{2028}" and not json:find "\u{2029}")
  same(select(2, text:gsub("</script>", "")), 2)
  same(select(2, text:gsub("<script", "")), 2)
  same(data.policies[1].tasks[1].name, NASTY)
  same(data.policies[1].tasks[1].says["0"], NASTY)
  same(data.title, NASTY)
  is_true(not text:match("<title>(.-)</title>"):find "[<>]")
  is_true(utf8.len(page.text(draw_nasty(BROKEN))) ~= nil)
end

function TestPage.test_the_spans_say_when_who_ran()
  local _, data = data_of(page.text(draw(TEXTBOOK .. "srtf.lua", { "srtf", "fifo" })))
  same(data.unit, 10 * neap.ms)
  local task = data.policies[1].tasks[1]
  same({ task.name, task.exact, data.policies[1].exact }, { "P1", nil, true })
  same(task.spans, { 0, 1, 0, 9, 7, 0 })
  same(data.policies[1].waits, { { 20 * neap.ms, 1 }, { 50 * neap.ms, 0 }, { 100 * neap.ms, 1 },
    { 200 * neap.ms, 1 } })
  same(data.figures[1], { title = "turnaround, mean", texts = { "130ms", "152ms" }, best = { 0 } })
end

function TestPage.test_it_needs_no_network()
  local text = page.text(draw(TEXTBOOK .. "srtf.lua", { "srtf" }))
  luaunit.assertStrContains(text, "default-src 'none'")
  is_true(not text:find "https?://" and not text:find "{{")
end

function TestPage.test_a_long_run_is_joined_to_a_bound_and_loses_no_cpu_time()
  local most = page.MOST_SPANS
  page.MOST_SPANS = 1000
  local drawn = draw(many(40), { "fair", "rr" })
  local ran = {}
  for i, policy in ipairs(drawn.policies) do
    for k, task in ipairs(policy.tasks) do ran[i * 1000 + k] = task.cpu_ns end
  end
  local _, data = data_of(page.text(drawn))
  page.MOST_SPANS = most
  local spans = 0
  for i, policy in ipairs(data.policies) do
    is_true(not policy.exact)
    for k, task in ipairs(policy.tasks) do
      local sum = 0
      for n = 4, #task.spans, 4 do sum = sum + task.spans[n] * data.unit end
      same(sum, ran[i * 1000 + k])
      spans = spans + #task.spans // 4
    end
  end
  is_true(spans <= 1000 and spans > 100, spans)
end

os.exit(luaunit.LuaUnit.run() == 0 and 0 or 1, true)
