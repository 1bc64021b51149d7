-- sim.lua - `neap sim`: a workload in virtual time under one or several policies.
local console = require "neap.console"
local draw = require "neap.picture.draw"
local json = require "neap.json"
local metrics = require "neap.metrics"
local neap = require "neap"
local answer = require "neap.answer"
local options = require "neap.options"
local picture = require "neap.picture"
local sweep = require "neap.sweep"
local tables = require "neap.table"
local workload = require "neap.workload"

local REFUSED = 2
local EXAMPLES = [[
examples:
  neap sim -p rr -p fair -p srtf examples/workloads/mixed.lua
  neap sim -p edf -p rm --limit 10s --tasks sets.lua
  neap sim -p rr --sweep quantum=1ms..50ms/8 examples/workloads/mixed.lua
  neap sim -p lottery --seed 7 --json work.lua >report.json
  neap sim -p fifo -p srtf --gantt --html run.html examples/workloads/textbook/srtf.lua

A workload is FILE.lua (a list of tasks, or a function that adds them), FILE.json (rt-app), or what
neap run --record has written.
The best of each row is marked by a star.]]

local function configure(parser)
  parser:option("-p --policy", "A policy: a name, FILE.lua or .so; may be repeated (fair).")
    :argname("NAME"):count("*")
  options.take_params(parser, "Set a parameter, of the policies that have it")
  parser:option("-j --cpus", "How many tasks run at once (default: 1).")
    :argname("N"):convert(options.whole("--cpus", 1))
  parser:option("-q --quantum", "The period of the tick, 1ms to 1s (default: 10ms).")
    :argname("TIME"):convert(options.quantum)
  parser:option("--seed", "Of the workload and of the policy's chance (default: 1).")
    :argname("N"):convert(options.whole("--seed", 0))
  parser:option("--limit", "Ends the simulation at this time, for tasks without end.")
    :argname("TIME"):convert(options.duration)
  parser:option("--policy-memory", "Memory for the state of a policy file (default: 8M).")
    :argname("SIZE")
  parser:flag("--tasks", "One row for each task.")
  draw.configure(parser)
  parser:option("--sweep", "Values to try, NAME=a,b,c or NAME=a..b[/N]; of quantum, cpus, seed or "
    .. "a parameter; repeated: all combinations."):argname("NAME=VALUES"):count("*")
  parser:flag("--json", "The reports as JSON, neap-sim-1.")
  parser:flag("--csv", "The reports as comma-separated values.")
end

-- The policies to compare, each { name, word, params }. A parameter goes to those that have it.
local function policies_of(given)
  local list, used, all = {}, {}, options.params("sim", given)
  for i, word in ipairs(#given.policy > 0 and given.policy or { "fair" }) do
    local about, problem = neap.describe(word)
    if not about then options.refuse(REFUSED, "%s", problem) end
    local known, params = {}, {}
    for _, param in ipairs(about.params) do known[param.name] = true end
    for name, value in pairs(all) do
      if known[name] then params[name], used[name] = value, true end
    end
    list[i] = { name = about.name, word = word, params = params, known = known }
  end
  for _, param in ipairs(given.param) do
    if not used[param.name] then
      options.refuse(REFUSED, "no policy here has a parameter \"%s\" ('neap policy show NAME' "
        .. "lists them)", param.name)
    end
  end
  return list
end

local function path_of(given)
  if #given.word == 0 then options.misuse("sim", "no workload: give a file") end
  if #given.word > 1 then
    options.misuse("sim", "one workload, please: unexpected \"%s\"", given.word[2])
  end
  return given.word[1]
end

local function read(path, given)
  local work, problem = workload.read(path, given.seed or 1)
  if not work then options.refuse(REFUSED, "%s", problem) end
  for _, note in ipairs(work.notes) do console.say("%s", note) end
  return work
end

local function simulate(policy, work, given)
  local ok, report, problem = pcall(neap.simulate, {
    workload = work.tasks,
    policy = policy.word,
    params = policy.params,
    cpus = given.cpus,
    quantum = given.quantum,
    seed = given.seed,
    limit = given.limit or work.limit,
    policy_memory = given.policy_memory,
    tasks = given.tasks or draw.wanted(given) and true,
    timeline = draw.wanted(given) and picture.MOST_SEGMENTS,
  })
  if not ok then
    options.refuse(REFUSED, "%s", (tostring(report):gsub("^[^%s:]+:%d+: ", "")))
  end
  if not report then
    local hint = problem:find("limit", 1, true) and " (--limit 10s)" or ""
    options.refuse(REFUSED, "%s%s", problem, hint)
  end
  return report
end

-- What a policy has done wrong, once each.
local function tell_reports(policy, report)
  for _, line in ipairs(report.reports) do
    if line.kind ~= "log" then
      console.say("%s: %s%s%s", policy.name, line.kind == "ejected" and "ejected: " or "",
        line.hook and line.hook .. ": " or "", line.message:match("[^\n]*"))
    end
  end
end

-- Two that have one name are told apart by what was asked for.
local function titles_of(policies)
  local titles, seen = {}, {}
  for _, policy in ipairs(policies) do seen[policy.name] = (seen[policy.name] or 0) + 1 end
  for i, policy in ipairs(policies) do
    titles[i] = seen[policy.name] > 1 and policy.word or policy.name
  end
  return titles
end

local function write_json(path, given, policies, reports)
  local runs = {}
  for i, report in ipairs(reports) do
    report.given = { policy = policies[i].word, params = policies[i].params }
    report.reports = json.list(report.reports)
    report.notes = nil
    runs[i] = report
  end
  answer(json.encode { schema = "neap-sim-1", workload = path, seed = given.seed or 1,
    runs = runs }, "\n")
end

local function write_tasks(titles, reports)
  for i, report in ipairs(reports) do
    if #reports > 1 then answer(i > 1 and "\n" or "", titles[i], "\n") end
    answer(metrics.tasks_table(report))
  end
end

-- What all the columns have in common.
local function footer(path, report)
  local limited = report.limited and " (cut off)" or ""
  return ("%s: %d task%s on %d cpu%s, quantum %s, seed %d, %s%s\n"):format(path, report.tasks,
    report.tasks == 1 and "" or "s", report.cpus, report.cpus == 1 and "" or "s",
    tables.duration(report.quantum_ns), report.seed, tables.duration(report.end_ns), limited)
end

local function write(path, given, policies, reports)
  local titles = titles_of(policies)
  if given.json then return write_json(path, given, policies, reports) end
  if given.csv then
    local text = given.tasks and metrics.tasks_csv or metrics.reports_csv
    answer(text(titles, reports))
    return
  end
  if given.tasks then
    write_tasks(titles, reports)
  else
    answer(metrics.table(titles, reports))
  end
  console.write(footer(path, reports[1]))
end

-- Makes the pictures of all reports, which then have no more than what was asked for.
local function draw_all(path, given, policies, reports, list)
  local drawn, titles = { title = path, policies = {} }, titles_of(policies)
  for i, report in ipairs(reports) do
    local rows = report.rows
    drawn.policies[i] = picture.of_report(titles[i], report, list)
    report.rows = given.tasks and rows or nil
  end
  draw.write(given, drawn)
  if given.gantt then answer("\n") end
end

local function run(given)
  local path, policies = path_of(given), policies_of(given)
  draw.check("sim", given)
  if given.json and given.csv then
    options.misuse("sim", "give either --json or --csv, not both")
  end
  if #given.sweep > 0 and draw.wanted(given) then
    options.misuse("sim", "a sweep has no picture: leave out --gantt, --svg and --html")
  end
  if #given.sweep > 0 then return sweep.run(path, given, policies) end
  local work, reports = read(path, given), {}
  for i, policy in ipairs(policies) do
    reports[i] = simulate(policy, work, given)
    tell_reports(policy, reports[i])
  end
  if draw.wanted(given) then draw_all(path, given, policies, reports, work.tasks) end
  write(path, given, policies, reports)
  return 0
end

return {
  name = "sim",
  usage = "neap sim [-p POLICY ...] [OPTIONS] WORKLOAD",
  summary = "Simulate a workload under policies, and compare them.",
  description = "Runs a workload in virtual time, under each of the policies, and prints what it "
    .. "was like, side by side: the same policies as for real processes.",
  epilog = EXAMPLES,
  takes_words = true,
  configure = configure,
  run = run,
}
