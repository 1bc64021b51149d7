-- check_workload.lua - random workloads in virtual time, and what must be so under every policy.
--
-- A workload is a list of operations, each { name, a, b } with drawn numbers that are made sense
-- of when they are applied: so it stays one with parts left out, and a failure can be made short.
local neap = require "neap"
local shrink = require "neap.shrink"

local workload = {}

local MOST_TASKS = 10 -- times the longest quantum is less than the watchdog's second

local function of(list, n) return list[n % #list + 1] end

-- What an operation does to a run { rt, alive }.
local apply = {}

function apply.add(run, a, b)
  if #run.alive >= MOST_TASKS then return end
  local now = run.rt:now()
  run.alive[#run.alive + 1] = run.rt:task {
    name = "task" .. run.count + 1,
    priority = a % 11,
    weight = b % 3 == 0 and b % 10000 + 1 or nil,
    estimate = a % 4 > 0 and b % neap.s + neap.ms or nil,
    deadline = b % 5 == 0 and now + a % neap.s + 10 * neap.ms or nil,
    period = b % 7 == 0 and (a % 10 + 1) * 10 * neap.ms or nil,
    group = b % 4,
  }
  run.count = run.count + 1
end

local function on_task(method)
  return function(run, a)
    local task = of(run.alive, a)
    task[method](task)
  end
end
for _, name in ipairs { "yield", "block", "wake", "pause", "resume" } do
  apply[name] = on_task(name)
end

function apply.finish(run, a)
  table.remove(run.alive, a % #run.alive + 1):finish()
end

function apply.priority(run, a, b) of(run.alive, a).priority = b % 11 end

function apply.weight(run, a, b) of(run.alive, a).weight = b % 10000 + 1 end

function apply.quantum(run, a) run.rt:set_quantum(of({ 1, 3, 10, 20 }, a) * neap.ms) end

function apply.run(run, a, b)
  local quantum = run.rt.quantum
  run.rt:run(of({ 0, b % quantum, quantum, b % (4 * quantum), 10 * quantum }, a))
end

local WITHOUT_TASK = { add = true, quantum = true, run = true }
local OFTEN = { { "add", 10 }, { "finish", 4 }, { "yield", 5 }, { "block", 5 }, { "wake", 6 },
  { "pause", 2 }, { "resume", 4 }, { "priority", 2 }, { "weight", 3 }, { "quantum", 1 },
  { "run", 30 } }

local urn = {}
for _, entry in ipairs(OFTEN) do
  for _ = 1, entry[2] do urn[#urn + 1] = entry[1] end
end

function workload.draw(seed)
  math.randomseed(seed)
  local cpus, quantum = math.random(1, 4), of({ 1, 10, 20 }, math.random(3))
  local list = { seed = seed, cpus = cpus, quantum = quantum }
  for i = 1, math.random(50, 150) do
    list[i] = { urn[math.random(#urn)], math.random(0, 1 << 30), math.random(0, 1 << 30) }
  end
  return list
end

local function fail(...) error({ problem = string.format(...) }, 0) end

-- Everybody is on the cpu that he thinks; no cpu is empty while somebody waits.
local function check_cpus(run)
  local free, on, ready = 0, {}, 0
  for cpu = 0, run.rt.cpus - 1 do
    local task = run.rt:current(cpu)
    if task then on[task.id] = cpu else free = free + 1 end
  end
  for task in run.rt:tasks() do
    if task.cpu ~= on[task.id] then fail("task %d is on another cpu than it says", task.id) end
    if (task.state == "running") ~= (on[task.id] ~= nil) then
      fail("task %d is %s, on cpu %s", task.id, task.state, on[task.id])
    end
    if task.state == "ready" then ready = ready + 1 end
  end
  if free > 0 and ready > 0 and not run.idles then
    fail("%d cpus are empty while %d tasks wait", free, ready)
  end
end

local function check_times(run)
  for task in run.rt:tasks() do
    local s = task:stats()
    if s.run_ns ~= s.cpu_ns then fail("task %d ran %d of %d ns", s.id, s.run_ns, s.cpu_ns) end
    if s.start_ns + s.run_ns + s.ready_ns + s.blocked_ns + s.paused_ns ~= s.wall_ns then
      fail("the times of task %d do not add up", s.id)
    end
  end
end

local function check_reports(run)
  local report = run.reports[1]
  if not report then return end
  fail("%s%s", report.hook and report.hook .. ": " or "", report.message)
end

local function open(policy, list)
  local run = { alive = {}, reports = {}, picks = {}, count = 0, idles = policy.idles }
  run.rt = assert(neap.runtime { clock = "virtual", policy = policy.word, params = policy.params,
    cpus = list.cpus, quantum = list.quantum * neap.ms, seed = list.seed,
    policy_memory = policy.memory, record = policy.record })
  run.rt:on("error", function(report)
    if report.kind ~= "log" then run.reports[#run.reports + 1] = report end
  end)
  run.rt:on("switch", function(cpu, _, to)
    run.picks[#run.picks + 1] = ("%d %d %d"):format(run.rt:now(), cpu, to and to.id or 0)
  end)
  return run
end

local function go_through(run, list)
  for i, op in ipairs(list) do
    run.at = i
    if WITHOUT_TASK[op[1]] or #run.alive > 0 then
      apply[op[1]](run, op[2], op[3])
      if op[1] == "run" then check_cpus(run) end
      check_reports(run)
    end
  end
  run.rt:run(run.rt.quantum)
  check_reports(run)
  check_times(run)
end

-- Plays a workload under policy = { word, params, idles, memory, record }. Returns the picks as
-- lines of "time cpu task"; and what went wrong and at which operation, if anything did.
function workload.play(policy, list)
  local run = open(policy, list)
  local _ <close> = run.rt
  local ok, problem = pcall(go_through, run, list)
  if ok then return run.picks end
  return run.picks, type(problem) == "table" and problem.problem or tostring(problem), run.at
end

-- Twice, in two fresh states: the picks must be the same. Returns nil, or the problem and where.
function workload.try(policy, list)
  local first, problem, at = workload.play(policy, list)
  if problem then return problem, at end
  local second = workload.play(policy, list)
  for i = 1, math.max(#first, #second) do
    if first[i] ~= second[i] then
      return ("two fresh states pick differently: (time, cpu, task) %s and %s"):format(
        first[i] or "nothing", second[i] or "nothing"), #list
    end
  end
end

-- The shortest part of a workload, which fails at operation `at`, that still fails.
function workload.shrink(policy, list, at)
  return shrink(list, at, function(shorter) return workload.try(policy, shorter) end)
end

-- A workload as lines for people.
function workload.text(list)
  local lines = { ("%d cpus, a quantum of %dms"):format(list.cpus, list.quantum) }
  for i, op in ipairs(list) do lines[i + 1] = ("%3d %s %d %d"):format(i, op[1], op[2], op[3]) end
  return table.concat(lines, "\n")
end

return workload
