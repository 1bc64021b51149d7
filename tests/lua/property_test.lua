-- property_test.lua - random sequences of all operations, against a naive model (model.lua).
--
-- After every operation the runtime and the model must agree on the task of each cpu, on
-- every task's state, on its CPU time to the nanosecond and on its virtual runtime; and the
-- invariants of scheduling must hold, which need no model. A failure prints its seed and the
-- shortest sequence that still fails; NEAP_SEED=n repeats that one sequence, NEAP_RUNS=n
-- does another number of them than 1,000 for each policy.
--
-- ctest timeout: 120
local check = require "check"
local lu = require "luaunit"
local neap = require "neap"
local model = require "model"
local shorter = require "neap.shrink"

local RUNS = math.tointeger(os.getenv "NEAP_RUNS" or 1000)
local SEED = math.tointeger(os.getenv "NEAP_SEED" or "")
local MOST_TASKS = 10 -- times the longest quantum is less than the watchdog's second
local POLICIES = { "rr", "priority", "fair" }

-- Operations: how often each is drawn, and what it does to both sides. `a` and `b` are drawn
-- numbers, made sense of when they are applied, so that a sequence stays one with parts left out.

local function of(list, n) return list[n % #list + 1] end

local function on_task(name)
  return function(w, a)
    local t = of(w.model.alive, a)
    local handle = w.handle[t.id]
    return w.model[name](w.model, t), handle[name](handle)
  end
end

-- What a priority weighs the model is told; runtime_test.lua knows the table.
local function set_priority(w, t, priority)
  return w.model:set_priority(t, priority, neap.weight(priority))
end

local function step_priority(name, by)
  return function(w, a)
    local t = of(w.model.alive, a)
    local handle, to = w.handle[t.id], t.priority + by
    local may = to >= 0 and to <= 10
    return may and set_priority(w, t, to), handle[name](handle)
  end
end

local apply = {}

function apply.add(w, a, b)
  if #w.model.alive >= MOST_TASKS then return true, true end
  local priority = a % 11
  local weight = b % 3 == 0 and b % 10000 + 1 or nil
  local t = w.model:add(priority, weight or neap.weight(priority))
  local handle = w.rt:task { priority = priority, weight = weight }
  w.handle[t.id] = handle
  return t.id, handle.id
end

for _, name in ipairs { "finish", "yield", "block", "wake", "pause", "resume" } do
  apply[name] = on_task(name)
end
apply.boost = step_priority("boost", 1)
apply.lower = step_priority("lower", -1)

function apply.priority(w, a, b)
  local t = of(w.model.alive, a)
  w.handle[t.id].priority = b % 11
  return set_priority(w, t, b % 11), true
end

function apply.weight(w, a, b)
  local t = of(w.model.alive, a)
  w.handle[t.id].weight = b % 10000 + 1
  return w.model:set_weight(t, b % 10000 + 1), true
end

function apply.trigger(w) return w.model:trigger(), w.rt:trigger() end

function apply.cpus(w, a) return w.model:set_cpus(a % 4 + 1), w.rt:set_cpus(a % 4 + 1) end

function apply.quantum(w, a, b)
  local quantum = a % 4 == 0 and neap.ms + b % (40 * neap.ms) or of({ 1, 3, 10 }, b) * neap.ms
  return w.model:set_quantum(quantum), w.rt:set_quantum(quantum)
end

function apply.policy(w, a)
  local name = of(POLICIES, a)
  return w.model:set_policy(name), w.rt:set_policy(name)
end

function apply.pause_all(w) return w.model:pause_all(), w.rt:pause() end
function apply.resume_all(w) return w.model:resume_all(), w.rt:resume() end

-- A little, to the end of a slice exactly, or through many.
function apply.run(w, a, b)
  local quantum = w.model.quantum
  local time = of({ 0, b % neap.ms, b % quantum, quantum, b % (4 * quantum), 2 * quantum }, a)
  w.model:run(time)
  return true, w.rt:run(time)
end

local without_task = { add = true, trigger = true, cpus = true, quantum = true, policy = true,
  pause_all = true, resume_all = true, run = true }

local shares = { add = 10, finish = 4, yield = 5, block = 5, wake = 5, pause = 3, resume = 4,
  boost = 2, lower = 2, priority = 2, weight = 3, trigger = 2, cpus = 2, quantum = 1, policy = 1,
  pause_all = 1, resume_all = 2, run = 30 }

local urn = {}
for _, name in ipairs { "add", "finish", "yield", "block", "wake", "pause", "resume", "boost",
  "lower", "priority", "weight", "trigger", "cpus", "quantum", "policy", "pause_all",
  "resume_all", "run" } do
  for _ = 1, shares[name] do urn[#urn + 1] = name end
end

local function draw(seed)
  math.randomseed(seed)
  local cpus, quantum = math.random(1, 4), of({ 1, 10, 20 }, math.random(3)) * neap.ms
  local max_hold = of({ 0, 0, 10, 25, 60 }, math.random(5)) * neap.ms
  local sequence = { cpus = cpus, quantum = quantum, max_hold = max_hold > 0 and max_hold or nil }
  for i = 1, math.random(100, 300) do
    sequence[i] = { urn[math.random(#urn)], math.random(0, 1 << 30), math.random(0, 1 << 30) }
  end
  return sequence
end

-- What must be so.

local function fail(...) error({ what = string.format(...) }, 0) end

local function compare_tasks(w)
  local m = w.model
  for _, t in ipairs(m.alive) do
    local handle = w.handle[t.id]
    if handle.state ~= t.state then
      fail("task %d is %s, expected %s", t.id, handle.state, t.state)
    elseif handle.cpu_ns ~= t.cpu_ns then
      fail("task %d has %d ns of cpu, expected %d", t.id, handle.cpu_ns, t.cpu_ns)
    elseif handle.slices ~= t.slices then
      fail("task %d has had %d slices, expected %d", t.id, handle.slices, t.slices)
    elseif m.policy == "fair" and handle.vruntime ~= t.vruntime then
      fail("task %d has vruntime %d, expected %d", t.id, handle.vruntime, t.vruntime)
    end
  end
end

local function name_of(id) return id and "task " .. id or "nobody" end

local function compare_cpus(w)
  for cpu = 0, 3 do
    local here = w.rt:current(cpu)
    local there = w.model.cpu[cpu + 1]
    local expected = cpu < w.model.cpus and there.task
    local id, expected_id = here and here.id, expected and expected.id or nil
    if id ~= expected_id then
      fail("cpu %d has %s, expected %s", cpu, name_of(id), name_of(expected_id))
    end
  end
end

-- Without the model: everybody is on the cpu that he thinks, no cpu is empty while somebody waits.
local function check_invariants(w, decided)
  local ready, free, on = 0, 0, {}
  for cpu = 0, w.rt.cpus - 1 do
    local task = w.rt:current(cpu)
    if task then on[task.id] = cpu else free = free + 1 end
  end
  local count = 0
  for task in w.rt:tasks() do
    count = count + (task.state == "ended" and 0 or 1) -- its end is told in the next turn
    if task.cpu ~= on[task.id] then fail("task %d is on another cpu than it says", task.id) end
    if (task.state == "running") ~= (on[task.id] ~= nil) then
      fail("task %d is %s, on cpu %s", task.id, task.state, on[task.id])
    end
    if task.state == "ready" then ready = ready + 1 end
  end
  if decided and not w.model.paused and free > 0 and ready > 0 then
    fail("%d cpus are empty, %d tasks wait", free, ready)
  end
  if count ~= w.rt:stats().active then
    fail("there are %d tasks, %d by the count", count, w.rt:stats().active)
  end
end

-- The time for which cpus had tasks, by the runtime's own reports of switches, is what was
-- charged.
local function watch(w)
  local busy, since, held = 0, 0, 0
  local function settle()
    if not w.model.paused then held = held + busy * (w.rt:now() - since) end
    since = w.rt:now()
  end
  w.rt:on("switch", function(_, from, to)
    settle()
    busy = busy + (to and 1 or 0) - (from and 1 or 0)
  end)
  w.settle, w.held = settle, function() settle() return held end
end

local function check_ends(w)
  local rt, m = w.rt, w.model
  local charged = w.ended
  for task in rt:tasks() do
    local s = task:stats()
    charged = charged + s.cpu_ns
    if s.run_ns ~= s.cpu_ns then fail("task %d ran %d of %d ns", s.id, s.run_ns, s.cpu_ns) end
    if s.start_ns + s.run_ns + s.ready_ns + s.blocked_ns + s.paused_ns ~= s.wall_ns then
      fail("the times of task %d do not add up", s.id)
    end
  end
  for _, t in ipairs(m.alive) do
    local s = w.handle[t.id]:stats()
    for name, time in pairs { ready_ns = t.ready, blocked_ns = t.blocked, paused_ns = t.paused } do
      if s[name] ~= time then fail("task %d: %s %d, expected %d", t.id, name, s[name], time) end
    end
  end
  if charged ~= w.held() then fail("%d ns charged, cpus were held for %d", charged, w.held()) end
  local stats = rt:stats()
  if stats.dispatches ~= m.dispatches or stats.preemptions ~= m.preemptions then
    fail("%d dispatches, %d preemptions, expected %d and %d", stats.dispatches,
      stats.preemptions, m.dispatches, m.preemptions)
  elseif stats.forced ~= m.forced then
    fail("%d forced turns, expected %d", stats.forced, m.forced)
  elseif stats.failures + stats.ejections > 0 then
    fail("%d failures, %d ejections", stats.failures, stats.ejections)
  end
end

local function one_step(w, op)
  local name, a, b = op[1], op[2], op[3]
  if not without_task[name] and #w.model.alive == 0 then return end
  w.settle()
  local expected, got = apply[name](w, a, b)
  if (expected or false) ~= (got or false) then
    fail("%s answered %s, expected %s", name, tostring(got), tostring(expected))
  end
  compare_cpus(w)
  compare_tasks(w)
  check_invariants(w, name == "run")
end

-- Applies the sequence to both. Returns nil, or what went wrong and at which operation.
local function try(policy, sequence)
  local rt <close> = assert(neap.runtime { clock = "virtual", policy = policy,
    cpus = sequence.cpus, quantum = sequence.quantum, max_hold = sequence.max_hold })
  local w = { rt = rt, handle = {}, ended = 0,
    model = model.new(policy, sequence.cpus, sequence.quantum, sequence.max_hold) }
  watch(w)
  rt:on("exit", function(task) w.ended = w.ended + task.cpu_ns end)
  local at = 0
  local ok, problem = pcall(function()
    for i, op in ipairs(sequence) do
      at = i
      one_step(w, op)
    end
    w.model:run(0)
    rt:run(0)
    check_ends(w)
  end)
  if ok then return nil end
  return type(problem) == "table" and problem.what or tostring(problem), at
end

local function shrink(policy, sequence, at)
  return shorter(sequence, at, function(part) return try(policy, part) end)
end

local function explain(policy, seed, sequence, at)
  sequence = shrink(policy, sequence, at)
  local lines = { ("%s, %d cpus, a quantum of %d ns, max_hold %d; NEAP_SEED=%d repeats it:")
    :format(policy, sequence.cpus, sequence.quantum, sequence.max_hold or 0, seed) }
  for i, op in ipairs(sequence) do
    lines[#lines + 1] = ("%3d %s %d %d"):format(i, op[1], op[2], op[3])
  end
  lines[#lines + 1] = (try(policy, sequence))
  return table.concat(lines, "\n")
end

local function hold(policy)
  local first = SEED or 1
  for seed = first, SEED or RUNS do
    local sequence = draw(seed)
    local problem, at = try(policy, sequence)
    if problem then lu.fail(explain(policy, seed, sequence, at)) end
  end
end

-- luacheck: globals TestProperty
TestProperty = {}

function TestProperty.test_round_robin_does_what_the_model_does() hold "rr" end
function TestProperty.test_priority_does_what_the_model_does() hold "priority" end
function TestProperty.test_fair_does_what_the_model_does() hold "fair" end

-- A test of the test: a model that is wrong must be found out.
function TestProperty.test_a_scheduler_that_lies_is_found_out()
  local honest = apply.yield
  apply.yield = function(w, a)
    local t = of(w.model.alive, a)
    return w.model:yield(t), t.state == "ready" and true or nil
  end
  local found
  for seed = 1, 20 do
    local sequence = draw(seed)
    local problem, at = try("rr", sequence)
    if problem then found = shrink("rr", sequence, at) end
    if found then break end
  end
  apply.yield = honest
  lu.assertNotNil(found)
  lu.assertTrue(#found <= 4)
end

check.main()
