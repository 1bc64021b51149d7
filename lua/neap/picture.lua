-- picture.lua - a run as a value that can be drawn: in the terminal, as SVG, as a page.
--
-- Where a run comes from and how it is drawn know nothing of each other. Between them is a picture:
--
--   { title = text, note = text or nil, damaged = true or nil (the record ends before the run),
--     policies = { {
--       name = text,
--       report = as neap.simulate() returns; figures that are not known are left out,
--       cpus =, quantum_ns =, seed = or nil,
--       from_ns =, to_ns =,             -- what is drawn
--       known_ns = or nil,              -- nothing is known of what came later
--       tasks = { {                     -- in the order of their rows
--         id =, name =, from_ns =, to_ns = or nil (it had not ended),
--         weight =, priority =, cpu_ns =, wait_ns =, longest_wait_ns =
--       } },
--       segments = { { task = id, from_ns =, to_ns =, cpu = or nil (it slept), says = or nil } },
--                                       -- of each task in order; where it neither ran nor slept,
--                                       -- it waited. `says` are the policy's words
--     } } }
--
-- All times are integers in ns, on one clock for all policies. Those who draw see it by rows:
-- picture.rows() and what walks over them.
local picture = {}

picture.MOST_SEGMENTS = 1000000 -- of one policy: what a simulation is asked to keep

local SLEEPS = -1

-- Makers.

local function name_of(row)
  return row.copy > 1 and ("%s#%d"):format(row.name, row.copy) or row.name
end

local function task_of(row, list)
  local spec = list and list[row.index]
  return { id = row.id, name = name_of(row), from_ns = row.arrival_ns, to_ns = row.end_ns,
    weight = row.weight, priority = spec and spec.priority or 5, cpu_ns = row.cpu_ns,
    wait_ns = row.wait_ns, longest_wait_ns = row.longest_wait_ns }
end

-- From 0, but where that would be mostly empty.
local function begin_of(report)
  local first = report.from_ns
  return first * 10 < report.end_ns and 0 or first - first % report.quantum_ns
end

-- One simulation, of neap.simulate{ tasks = true, timeline = ... }; `list` is the flat list of the
-- workload, which knows the priorities. The report loses its rows and its timeline to the picture.
function picture.of_report(name, report, list)
  local tasks = {}
  for i, row in ipairs(report.rows) do tasks[i] = task_of(row, list) end
  local policy = { name = name, report = report, cpus = report.cpus,
    quantum_ns = report.quantum_ns, seed = report.seed,
    from_ns = begin_of(report), to_ns = math.max(report.end_ns, report.from_ns + 1),
    known_ns = report.timeline_to_ns,
    tasks = tasks, segments = report.timeline }
  report.rows, report.timeline, report.timeline_to_ns = nil, nil, nil
  return policy
end

-- A recorded run; nil and a message for what cannot be read.
function picture.of_replay(path)
  return require("neap.picture.recorded")(path, picture.MOST_SEGMENTS)
end

-- Leaves out the tasks that are not `wanted`, and what was before `from` or after `to` (nil: there
-- is no such bound). The reports stay those of the whole run.
function picture.keep(drawn, wanted, from, to)
  if from or to then
    drawn.note = (drawn.note and drawn.note .. " " or "") .. "The figures are of the whole run."
  end
  for _, policy in ipairs(drawn.policies) do
    policy.from_ns = math.max(policy.from_ns, from or policy.from_ns)
    policy.to_ns = math.max(policy.from_ns + 1, math.min(policy.to_ns, to or policy.to_ns))
    local tasks, segments = {}, {}
    for _, task in ipairs(policy.tasks) do
      if wanted(task) and task.from_ns < policy.to_ns
        and (task.to_ns or policy.to_ns) > policy.from_ns then
        tasks[#tasks + 1] = task
        task.from_ns = math.max(task.from_ns, policy.from_ns)
        if task.to_ns and task.to_ns > policy.to_ns then task.to_ns = nil end
      end
    end
    for _, segment in ipairs(policy.segments) do
      segment.from_ns = math.max(segment.from_ns, policy.from_ns)
      segment.to_ns = math.min(segment.to_ns, policy.to_ns)
      if segment.from_ns < segment.to_ns then segments[#segments + 1] = segment end
    end
    policy.tasks, policy.segments = tasks, segments
  end
end

-- What the policies have in common.

-- From when to when is drawn: the same for all policies, so that they can be compared.
function picture.range(drawn)
  local from, to = math.maxinteger, math.mininteger
  for _, policy in ipairs(drawn.policies) do
    from, to = math.min(from, policy.from_ns), math.max(to, policy.to_ns)
  end
  return from, to
end

-- Rows.

-- The tasks of a policy, each { task =, spans = { from, to, cpu, from, to, cpu, ... }, last =
-- when the row ends }. Of a sleep the cpu is -1. `says` are the policy's words, by number of span.
function picture.rows(policy)
  local rows, of = {}, {}
  local known = policy.known_ns or policy.to_ns
  for i, task in ipairs(policy.tasks) do
    rows[i] = { task = task, spans = {}, says = {},
      last = math.max(task.from_ns, math.min(task.to_ns or policy.to_ns, known)) }
    of[task.id] = rows[i]
  end
  for _, segment in ipairs(policy.segments) do
    local row = of[segment.task]
    if row then
      local spans = row.spans
      local n = #spans
      spans[n + 1], spans[n + 2] = segment.from_ns, segment.to_ns
      spans[n + 3] = segment.cpu or SLEEPS
      row.says[n // 3 + 1] = segment.says
    end
  end
  return rows
end

-- Walks over what a row's task did: from, to, "runs"|"waits"|"sleeps", cpu, the policy's words.
function picture.spans(row)
  local spans, at, next_one = row.spans, row.task.from_ns, 1
  return function()
    local from = spans[next_one]
    if not from then
      if at >= row.last then return nil end
      local since = at
      at = row.last
      return since, at, "waits"
    end
    if from > at then
      local since = at
      at = from
      return since, from, "waits"
    end
    local to, cpu = spans[next_one + 1], spans[next_one + 2]
    next_one, at = next_one + 3, math.max(at, to)
    if cpu == SLEEPS then return from, to, "sleeps" end
    return from, to, "runs", cpu, row.says[next_one // 3]
  end
end

-- Columns.

local function pay(column, state, ns, cpu)
  column[state] = column[state] + ns
  if state == "runs" and ns > column.longest then column.longest, column.cpu = ns, cpu end
end

-- A row in `count` columns of `width` ns each, from `from` on: column -> { runs =, waits =, sleeps
-- = ns in it, cpu = that of the longest turn }; nil where the task was not there.
function picture.fold(row, from, width, count)
  local columns = {}
  for first, last, state, cpu in picture.spans(row) do
    first = math.max(first, from)
    local c = (first - from) // width + 1
    while first < last and c <= count do
      local edge = math.min(last, from + c * width)
      columns[c] = columns[c] or { runs = 0, waits = 0, sleeps = 0, longest = 0 }
      pay(columns[c], state, edge - first, cpu)
      first, c = edge, c + 1
    end
  end
  return columns
end

-- The state that a column has most of; a tie goes to what is done rather than suffered.
function picture.most(column)
  if column.runs >= column.waits and column.runs >= column.sleeps then return "runs" end
  return column.waits >= column.sleeps and "waits" or "sleeps"
end

-- Scales.

-- The least of 1, 2, 5, 10, 20, 50, ... that is not below `n`.
function picture.round_up(n)
  local unit = 1
  while true do
    for _, digit in ipairs { 1, 2, 5 } do
      if digit * unit >= n then return digit * unit end
    end
    unit = unit * 10
  end
end

local UNITS = { { 3600000000000, "h" }, { 60000000000, "min" }, { 1000000000, "s" },
  { 1000000, "ms" }, { 1000, "us" } }

-- A time on an axis whose ticks are `step` apart: "1.5s", "250ms"; exact.
function picture.at(ns, step)
  if ns == 0 then return "0" end
  for _, unit in ipairs(UNITS) do
    local size, word = unit[1], unit[2]
    if ns % size == 0 and (ns >= size) then return ("%d%s"):format(ns // size, word) end
    if size <= 1000000000 and ns >= size and step * 1000 >= size then
      return (("%.3f"):format(ns / size):gsub("0+$", "")) .. word
    end
  end
  return ("%dns"):format(ns)
end

local MINUTE = 60000000000

-- How far the ticks of an axis are apart so that there are at most `most` of them: 1, 2 or 5 times
-- a power of ten, from a minute on what clocks have.
function picture.step(span, most)
  local least = math.max(1, -(-span // math.max(1, most)))
  if least <= 30000000000 then
    local step = picture.round_up(least)
    return step <= 20000000000 and step or 30000000000
  end
  for _, minutes in ipairs { 1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440 } do
    if least <= minutes * MINUTE then return minutes * MINUTE end
  end
  return picture.round_up(-(-least // (1440 * MINUTE))) * 1440 * MINUTE
end

-- Text.

-- At most `room` characters, the rest is dots; control characters and broken UTF-8 are "?".
function picture.clip(text, room, dots)
  if not utf8.len(text) then text = text:gsub("[\128-\255]", "?") end
  text = text:gsub("[%c\127]", "?")
  if utf8.len(text) <= room then return text end
  dots = dots or "…"
  return text:sub(1, utf8.offset(text, room + 1 - utf8.len(dots)) - 1) .. dots
end

return picture
