-- instead.lua - a recorded run as it would have been under other policies, in virtual time.
local demand = require "neap.demand"
local json = require "neap.json"
local metrics = require "neap.metrics"
local neap = require "neap"
local tables = require "neap.table"

local instead = {}

instead.ASSUMED = "the CPU time that each task used between its sleeps is kept, and how long it "
  .. "slept; to start a task, and to take its cpu away, costs nothing"

local function simulate(list, about, choice)
  return neap.simulate { workload = list, policy = choice.policy, params = choice.params,
    cpus = about.cpus, quantum = about.quantum, seed = choice.seed, tasks = true,
    policy_memory = choice.policy_memory, limit = 1000 * math.max(about.length, neap.s) }
end

-- `choices`: { { policy, params, seed, policy_memory } }. Returns { list, about, names, reports }:
-- the run as it was, the same simulated under its own policy where that can be had, and under
-- each other; or nil and a message.
function instead.read(path, choices)
  local list, about = demand.read(path)
  if not list then return nil, about end
  local answer = { list = list, about = about, names = { "recorded" }, reports = { about.metrics } }
  local own = simulate(list, about, { policy = about.policy })
  answer.base = own and 2 or 1 -- what the others are compared with
  if own then
    answer.names[2], answer.reports[2] = about.policy .. ", simulated", own
  end
  for _, choice in ipairs(choices) do
    local report, message = simulate(list, about, choice)
    if not report then return nil, message end
    answer.names[#answer.names + 1] = report.policy .. ", simulated"
    answer.reports[#answer.reports + 1] = report
  end
  return answer
end

-- When the task of this number in the list ended, in the report of number `r`.
local function end_of(answer, r, i)
  if r == 1 then return answer.about.ends[i] end
  local row = answer.reports[r].rows[i]
  return row and row.end_ns
end

local function difference(before, after)
  if not (before and after) then return "-" end
  local by = after - before
  if math.abs(by) < neap.ms then return "the same" end
  return tables.duration(math.abs(by)) .. (by < 0 and " earlier" or " later")
end

-- A row for each task: when it ended, and how much earlier it would have.
local function tasks_table(answer)
  local titles, rows = { "task" }, {}
  for r, name in ipairs(answer.names) do titles[r + 1] = ">" .. name end
  for i, task in ipairs(answer.list) do
    local row = { ("%s [%d]"):format(task.name, answer.about.ids[i]) }
    for r = 1, #answer.names do
      local ended = end_of(answer, r, i)
      row[r + 1] = r > answer.base and difference(end_of(answer, answer.base, i), ended)
        or ended and tables.duration(ended) or "-"
    end
    rows[i] = row
  end
  return tables.format(titles, rows)
end

function instead.text(answer)
  local notes = {}
  if answer.about.unfinished > 0 then
    notes[1] = ("; %d tasks had not ended: they end when they have used as much"):format(
      answer.about.unfinished)
  end
  return ("%s\n%s\nassumed: %s%s\n"):format(tasks_table(answer),
    metrics.table(answer.names, answer.reports), instead.ASSUMED, table.concat(notes))
end

function instead.json(answer)
  local runs, tasks = json.list {}, json.list {}
  for r, name in ipairs(answer.names) do
    local figures = {}
    for _, metric in ipairs(metrics.list) do
      figures[metric.name] = metric.get(answer.reports[r])
    end
    runs[r] = { name = name, simulated = r > 1, metrics = figures }
  end
  for i, task in ipairs(answer.list) do
    local ends = json.list {}
    for r = 1, #answer.names do ends[r] = end_of(answer, r, i) or -1 end -- -1: it did not
    tasks[i] = { id = answer.about.ids[i], name = task.name, ends_ns = ends }
  end
  return json.encode { schema = "neap-instead-1", assumed = instead.ASSUMED, runs = runs,
    tasks = tasks, unfinished = answer.about.unfinished } .. "\n"
end

return instead
