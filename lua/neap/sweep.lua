-- sweep.lua - `neap sim --sweep`: the same simulation for many settings, as tasks of neap's own.
--
-- Each setting is a `neap sim --json` of its own, as many at a time as there are CPUs. In the
-- table those are marked that no other setting beats in all figures (Pareto).
local cjson = require "cjson"
local console = require "neap.console"
local json = require "neap.json"
local metrics = require "neap.metrics"
local neap = require "neap"
local answer = require "neap.answer"
local options = require "neap.options"
local paths = require "neap.paths"
local tables = require "neap.table"

local sweep = {}

local REFUSED, BROKEN = 2, 125
local POINTS, MOST = 10, 10000

-- What is weighed against each other: less is better. One that nobody has is left out.
local AIMS = {
  { "turnaround, mean", function(r) return r.turnaround.count > 0 and r.turnaround.mean_ns end,
    tables.duration },
  { "wait at a stretch, p99", function(r) return r.stretch.count > 0 and r.stretch.p99_ns end,
    tables.duration },
  { "largest lag", function(r) return r.turnaround.count == 0 and r.lag_ns end, tables.duration },
  { "deadlines missed", function(r) return r.deadlines > 0 and r.missed end,
    function(n) return ("%d"):format(n) end },
  { "context switches", function(r) return r.context_switches end,
    function(n) return ("%d"):format(n) end },
}

-- Values.

local function is_duration(text) return text:find("%a$") and pcall(neap.duration, text) end

local function number_of(text, name)
  if is_duration(text) then return neap.duration(text), "ns" end
  local n = tonumber(text)
  if not n then
    options.refuse(REFUSED, "--sweep %s: \"%s\" is no number and no duration", name, text)
  end
  return n, math.type(n)
end

local function said(n, kind)
  if kind == "ns" then return ("%dns"):format(n) end
  return kind == "integer" and ("%d"):format(n) or ("%.6g"):format(n)
end

-- a..b[/N]: N values, evenly apart, those that are the same once.
local function range(name, first, last, count)
  local a, kind = number_of(first, name)
  local b, other = number_of(last, name)
  if kind ~= other or a > b then
    options.refuse(REFUSED, "--sweep %s: %s..%s is no range", name, first, last)
  end
  local n, list, before = count and math.tointeger(tonumber(count)) or POINTS, {}, nil
  if not n or n < 2 then
    options.refuse(REFUSED, "--sweep %s: a range has at least 2 values, not \"%s\"", name, count)
  end
  for i = 0, n - 1 do
    local x = a + (b - a) * i / (n - 1)
    local text = said(kind == "float" and x or math.floor(x + 0.5), kind)
    if text ~= before then list[#list + 1] = text end
    before = text
  end
  return list
end

local function values_of(name, text)
  local first, last = text:match("^(.-)%.%.(.*)$")
  if first then
    local bare, count = last:match("^(.-)/(.*)$")
    return range(name, first, bare or last, count)
  end
  local list = {}
  for value in text:gmatch("[^,]+") do list[#list + 1] = value end
  if #list == 0 then options.refuse(REFUSED, "--sweep %s: no values", name) end
  return list
end

local FLAGS = { quantum = "-q", cpus = "-j", seed = "--seed" }

local function axis_of(text, policies)
  local name, values = text:match("^([%a_][%w_]*)=(.+)$")
  if not name then
    options.refuse(REFUSED, "--sweep is NAME=a,b,c or NAME=a..b[/N], not \"%s\"", text)
  end
  if not FLAGS[name] then
    local names, known = { "quantum", "cpus", "seed" }, false
    for _, policy in ipairs(policies) do
      known = known or policy.known[name]
      for param in pairs(policy.known) do names[#names + 1] = param end
    end
    local near = not known and neap.suggest(name, names)
    if not known then
      options.refuse(REFUSED, "--sweep: \"%s\" is not quantum, cpus, seed or a parameter of the "
        .. "policy%s", name, near and (" (did you mean \"%s\"?)"):format(near) or "")
    end
  end
  return { name = name, values = values_of(name, values) }
end

-- All combinations, each { policy, settings = { value for each axis }, words = options }.
local function grid(axes, policies)
  local points = {}
  local function extend(policy, k, settings, words)
    local axis = axes[k]
    if not axis then
      points[#points + 1] = { policy = policy, settings = { table.unpack(settings, 1, #axes) },
        words = { table.unpack(words) } }
      return
    end
    local flag = FLAGS[axis.name]
    if not flag and not policy.known[axis.name] then
      settings[k] = "-"
      return extend(policy, k + 1, settings, words)
    end
    for _, value in ipairs(axis.values) do
      settings[k] = value
      local n = #words
      words[n + 1] = flag or "-s"
      words[n + 2] = flag and value or ("%s=%s"):format(axis.name, value)
      extend(policy, k + 1, settings, words)
      words[n + 1], words[n + 2] = nil, nil
    end
  end
  for _, policy in ipairs(policies) do extend(policy, 1, {}, {}) end
  return points
end

-- Runs.

local function program()
  return paths.program or options.refuse(BROKEN, "cannot find neap's own program")
end

local function command_of(point, path, given)
  local command = { "sh", "-c", 'exec "$0" sim --json "$@" >"$NEAP_SWEEP_OUT" 2>"$NEAP_SWEEP_ERR"',
    program(), "-p", point.policy.word }
  local function add(flag, value)
    if value then
      command[#command + 1] = flag
      command[#command + 1] = tostring(value)
    end
  end
  add("-j", given.cpus)
  add("-q", given.quantum)
  add("--seed", given.seed)
  add("--limit", given.limit)
  add("--policy-memory", given.policy_memory)
  for name, value in pairs(point.policy.params) do add("-s", name .. "=" .. value) end
  for _, word in ipairs(point.words) do command[#command + 1] = word end
  command[#command + 1] = path
  command.name = "sim"
  return command
end

local function take(path)
  local file <close> = io.open(path, "rb")
  local text = file and file:read("a") or ""
  os.remove(path)
  return text
end

local function start(rt, point, path, given)
  point.out, point.err = os.tmpname(), os.tmpname()
  local job = command_of(point, path, given)
  local env = { NEAP_SWEEP_OUT = point.out, NEAP_SWEEP_ERR = point.err }
  job.env = env
  local task, problem = rt:spawn(job)
  if not task then options.refuse(BROKEN, "cannot start a simulation: %s", problem) end
  point.task = task.id
end

-- cjson reads all numbers as floats.
local function whole_again(value)
  if type(value) == "number" then return math.tointeger(value) or value end
  if type(value) == "table" then
    for key, item in pairs(value) do value[key] = whole_again(item) end
  end
  return value
end

local function finish(point, how, code)
  local text, problem = take(point.out), take(point.err)
  if how == "exit" and code == 0 then
    point.report = whole_again(cjson.decode(text).runs[1])
    return
  end
  problem = problem:match("^neap: ([^\n]*)") or problem:match("[^\n]+")
    or ("a simulation ended by %s %d"):format(how, code)
  options.refuse(REFUSED, "%s", problem)
end

local function run_all(points, path, given)
  local rt <close> = assert(neap.runtime { policy = "fifo", actuator = "none" })
  local ends = {}
  rt:on("exit", function(task, how, code) ends[task.id] = { how, code } end)
  for _, point in ipairs(points) do start(rt, point, path, given) end
  local ok, problem = rt:run()
  if not ok then options.refuse(BROKEN, "%s", problem) end
  local failure
  for _, point in ipairs(points) do
    local ended = ends[point.task] or { "lost", 0 }
    local good, refusal = pcall(finish, point, ended[1], ended[2])
    failure = failure or not good and refusal or nil
  end
  if failure then error(failure, 0) end
end

-- Tables.

local function aims_of(points)
  local list = {}
  for _, aim in ipairs(AIMS) do
    local any = false
    for _, point in ipairs(points) do any = any or aim[2](point.report) end
    if any then list[#list + 1] = aim end
  end
  return list
end

local function dominates(a, b, aims)
  local better = false
  for _, aim in ipairs(aims) do
    local x, y = aim[2](a.report) or math.huge, aim[2](b.report) or math.huge
    if x > y then return false end
    better = better or x < y
  end
  return better
end

local function mark(points, aims)
  for _, point in ipairs(points) do
    point.best = true
    for _, other in ipairs(points) do
      if dominates(other, point, aims) then point.best = false break end
    end
  end
end

local function shown_setting(text)
  local ns = text:match("^(%d+)ns$")
  return ns and tables.duration(math.tointeger(tonumber(ns))) or text
end

local function write_table(axes, points, aims)
  local titles, rows = { "", "policy" }, {}
  for _, axis in ipairs(axes) do titles[#titles + 1] = ">" .. axis.name end
  for _, aim in ipairs(aims) do titles[#titles + 1] = ">" .. aim[1] end
  for i, point in ipairs(points) do
    local row = { point.best and "*" or "", point.policy.name }
    for _, setting in ipairs(point.settings) do row[#row + 1] = shown_setting(setting) end
    for _, aim in ipairs(aims) do
      local value = aim[2](point.report)
      row[#row + 1] = value and aim[3](value) or "-"
    end
    rows[i] = row
  end
  answer(tables.format(titles, rows))
  console.write("*: no other setting is better in all of these figures\n")
end

local function settings_of(axes, point)
  local settings = {}
  for i, axis in ipairs(axes) do settings[axis.name] = point.settings[i] end
  return settings
end

local function write_json(path, axes, points)
  local runs = {}
  for i, point in ipairs(points) do
    point.report.settings = settings_of(axes, point)
    point.report.best = point.best
    point.report.reports = json.list(point.report.reports)
    runs[i] = point.report
  end
  answer(json.encode { schema = "neap-sim-1", workload = path, runs = runs }, "\n")
end

local function write_csv(axes, points)
  local head, rows = { "policy", "best" }, {}
  for _, axis in ipairs(axes) do head[#head + 1] = axis.name end
  for _, metric in ipairs(metrics.list) do head[#head + 1] = metric.name end
  for n, point in ipairs(points) do
    local row = { point.policy.name, point.best and 1 or 0 }
    for i = 1, #axes do row[2 + i] = point.settings[i] end
    for i, metric in ipairs(metrics.list) do row[2 + #axes + i] = metric.get(point.report) end
    rows[n] = row
  end
  answer(metrics.csv(head, rows))
end

-- The verb, where there is a --sweep.
function sweep.run(path, given, policies)
  local axes = {}
  if given.tasks then options.misuse("sim", "--tasks and --sweep do not go together") end
  for i, text in ipairs(given.sweep) do axes[i] = axis_of(text, policies) end
  local points = grid(axes, policies)
  if #points > MOST then
    options.refuse(REFUSED, "%d combinations are too many: at most %d", #points, MOST)
  end
  run_all(points, path, given)
  local aims = aims_of(points)
  mark(points, aims)
  if given.json then
    write_json(path, axes, points)
  elseif given.csv then
    write_csv(axes, points)
  else
    write_table(axes, points, aims)
  end
  return 0
end

return sweep
