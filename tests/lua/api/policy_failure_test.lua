-- policy_failure_test.lua - hooks in Lua that raise or answer what cannot be: no task is lost.
local check = require "check"
local hostile = require "hostile"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestFailing TestBadAnswers
TestFailing = {}
TestBadAnswers = {}

local same = luaunit.assertEquals
local spent = check.spent
local turns = check.turns
local under = check.under
local ms = neap.ms

-- Hooks that fail.

local HOOKS = { "enqueue", "dequeue", "pick", "slice", "running", "stopping", "tick", "preempt",
  "update", "signal", "exit_task", "timer", "init_task" }

-- `base` with one hook that raises when `due` says so.
local function failing(hook, due)
  local p = neap.policy { name = "failing", base = "rr", ticks = "always" }
  p[hook] = function(self, ...)
    if due() then error(hook .. " is broken") end
    if self.base[hook] then return self.base[hook](self.base, ...) end
  end
  if hook == "tick" then p.slice = function() return 12 * ms end end -- so that there are any
  if hook == "timer" then
    p.running = function(self) self:timer(1, self.now + ms) end
  end
  return p
end

-- Makes every hook be called.
local function stir(rt)
  local n = 0
  for task in rt:tasks() do
    n = n + 1
    if n % 3 == 0 then task:pause() end
    if n % 3 == 1 then task.priority = task.priority % 10 + 1 end
    task:signal "USR1"
  end
  rt:run(25 * ms)
  for task in rt:tasks() do
    if task.state == "paused" then task:resume() end
  end
  rt:task {}
  rt:run(25 * ms)
  for _ = 1, 2 do rt:task {}:finish() end
  rt:run(0)
end

function TestFailing.test_one_error_in_any_hook_loses_nobody_and_is_reported_once()
  for _, hook in ipairs(HOOKS) do
    local left = 0
    local rt <close>, reports = under(failing(hook, function()
      left = left - 1
      return left == 0
    end), 4, { cpus = 2 })
    left = 2 -- the second call fails
    stir(rt)
    same({ hook, rt.policy, rt:stats().failures, #reports }, { hook, "failing", 1, 1 })
    same({ reports[1].kind, reports[1].hook }, { "failure", hook })
    luaunit.assertStrContains(reports[1].message, hook .. " is broken")
    luaunit.assertStrContains(reports[1].trace, "policy_failure_test.lua")
    same({ rt:stats().active, spent(rt) }, { 5, 100 * ms })
    for task in rt:tasks() do luaunit.assertTrue(task.slices > 0, hook) end
  end
end

function TestFailing.test_the_third_in_ten_seconds_ejects_to_fair_with_all_accounts()
  for _, hook in ipairs(HOOKS) do
    local broken = false
    local rt <close>, reports = under(failing(hook, function() return broken end), 4, { cpus = 2 })
    rt:run(30 * ms)
    broken = true
    stir(rt)
    stir(rt)
    same({ hook, rt.policy, rt:stats().ejections }, { hook, "fair", 1 })
    same({ rt:stats().active, spent(rt) }, { 6, 260 * ms })
    same({ reports[1].kind, reports[#reports].kind, #reports }, { "failure", "ejected", 2 })
    luaunit.assertStrContains(reports[2].message, "three failures in ten seconds")
    luaunit.assertStrContains(reports[2].message, hook .. " is broken")
    luaunit.assertStrContains(reports[2].trace, "priority")
    for task in rt:tasks() do luaunit.assertTrue(task.slices > 0, hook) end
  end
end

function TestFailing.test_three_in_more_than_ten_seconds_are_borne()
  local broken = false
  local rt <close>, reports = under(failing("slice", function()
    local now = broken
    broken = false
    return now
  end), 2)
  for _ = 1, 5 do
    broken = true
    rt:run(5020 * ms)
  end
  same({ rt.policy, rt:stats().failures, rt:stats().ejections }, { "failing", 5, 0 })
  same(#reports, 1)
end

function TestFailing.test_a_failing_key_is_answered_by_the_runtimes_own_queue()
  local rt <close>, reports = under(neap.policy { name = "keyed",
    key = function() error "no key" end }, 3)
  rt:run(30 * ms)
  same({ rt.policy, spent(rt), #reports }, { "fair", 30 * ms, 2 })
end

function TestFailing.test_an_error_object_is_told_as_text()
  local rt <close>, reports = under(neap.policy { name = "p", slice = function()
    error(setmetatable({}, { __tostring = function() return "an object" end }))
  end }, 1)
  rt:run(0)
  same(reports[1].message, "an object")
  local other <close>, told = under(neap.policy { name = "p", slice = function() error {} end }, 1)
  other:run(0)
  luaunit.assertStrContains(told[1].message, "a table")
end

function TestFailing.test_endless_recursion_is_an_error_like_any_other()
  local p = neap.policy { name = "p" }
  function p:slice(task) return 1 + p.slice(self, task) end
  local rt <close>, reports = under(p, 1)
  rt:run(ms)
  luaunit.assertStrContains(reports[1].message, "stack overflow")
  same(spent(rt), ms)
end

function TestFailing.test_who_starves_others_is_ejected_unless_he_declares_it()
  local function first_only(declared)
    local p = { name = "greedy", starves = declared, key = function(_, task) return task.id end }
    local rt <close>, reports = under(p, 2)
    rt:run(20 * neap.s)
    return rt.policy, reports[1] and reports[1].message or "", rt:find(2).cpu_ns
  end
  local policy, message, got = first_only(nil)
  same(policy, "fair")
  luaunit.assertStrContains(message, "task 2 (t2) has waited")
  luaunit.assertTrue(got > 8 * neap.s)
  same({ first_only(true) }, { "greedy", "", 0 })
end

function TestFailing.test_waits_under_the_policy_before_are_not_held_against_the_next()
  local rt <close>, reports = under("priority", 0)
  rt:task { priority = 1 }
  for _ = 1, 3 do rt:task { priority = 9 } end
  rt:run(20 * neap.s)
  rt:set_policy "rr"
  rt:run(20 * neap.s)
  same({ rt.policy, #reports, rt:find(1).cpu_ns }, { "round_robin", 0, 5 * neap.s })
end

function TestFailing.test_round_robin_may_let_a_heavy_task_wait_for_its_turn()
  local rt <close>, reports = under("rr", 100, { quantum = "50ms" })
  rt:find(1).weight = 10000
  rt:run(30 * neap.s)
  same({ rt.policy, #reports, rt:find(1).cpu_ns }, { "round_robin", 0, 300 * ms })
end

-- Whose turn is not due by the weights that there were has not waited for too long, when they fall
-- and others come.
function TestFailing.test_a_wait_is_judged_by_the_weights_that_there_were()
  local newest_first = { name = "p", ideal = "weight", key = function(_, task) return -task.id end }
  local rt <close>, reports = under(newest_first, 1, { quantum = "20ms" })
  local heavy = rt:task { weight = 8000 }
  rt:run(1100 * ms)
  heavy.weight = 100
  for _ = 1, 3 do rt:task {} end
  rt:run(60 * ms)
  same({ rt.policy, #reports, rt:find(1).cpu_ns }, { "p", 0, 0 })
end

-- Bad answers.

-- The first report when `hook` answers `answer(task, other_runtime's task)`.
local function answering(hook, answer)
  local other = check.runtime()
  local foreign = other:task {}
  local p = neap.policy { name = "p", base = "rr", ticks = "always" }
  local dead
  p[hook] = function(self, ...) return answer(self, dead, foreign, ...) end
  if hook == "tick" then p.slice = function() return 25 * ms end end -- so that there are any
  local rt <close>, reports = under(p)
  dead = rt:task {}
  dead:finish()
  rt:run(0)
  for _ = 1, 3 do rt:task {} end
  rt:run(100 * ms)
  other:close()
  same({ rt.policy, spent(rt), rt:stats().active }, { "fair", 100 * ms, 3 })
  same(reports[1].hook, hook)
  return reports[1].message
end

function TestBadAnswers.test_what_pick_may_not_return()
  local contains = luaunit.assertStrContains
  contains(answering("pick", function(_, dead) return dead end),
    "task 1, which has ended, expected a task that waits, or nil")
  contains(answering("pick", function() return 3 end), "pick returned 3, expected a task")
  contains(answering("pick", function() return {} end), "pick returned a table, expected a task")
  contains(answering("pick", function(_, _, foreign) return foreign end), "expected a task")
end

function TestBadAnswers.test_a_task_that_sleeps_cannot_be_picked()
  local sleeper
  local p = neap.policy { name = "p", base = "rr" }
  function p:pick(cpu)
    local task = self.base:pick(cpu)
    return sleeper.state == "blocked" and sleeper or task
  end
  local rt <close>, reports = under(p, 3)
  sleeper = rt:find(1)
  rt:run(ms)
  sleeper:block()
  rt:run(40 * ms)
  luaunit.assertStrContains(reports[1].message,
    "picked task 1 (t1), which is not waiting in this policy")
  same({ rt.policy, spent(rt), sleeper.cpu_ns }, { "fair", 41 * ms, ms })
end

function TestBadAnswers.test_a_task_that_runs_cannot_be_picked_again()
  local p = neap.policy { name = "p", base = "rr" }
  function p:pick(cpu)
    if cpu == 1 then return self:on_cpu(0) end
    return self.base:pick(cpu)
  end
  local rt <close>, reports = under(p, 2, { cpus = 2 })
  rt:run(ms)
  luaunit.assertStrContains(reports[1].message, "which has a cpu already")
  same({ rt:current(0).id, rt:current(1).id }, { 1, 2 })
end

function TestBadAnswers.test_a_cpu_outside_its_affinity_is_refused()
  local p = neap.policy { name = "p" }
  function p:init() self._queue = {} end
  function p:enqueue(task) table.insert(self._queue, task) end
  function p:dequeue(task)
    for i, other in ipairs(self._queue) do
      if other == task then table.remove(self._queue, i) end
    end
  end
  function p:pick() return table.remove(self._queue, 1) end
  local rt <close>, reports = under(p, 0, { cpus = 2 })
  local bound = rt:task {}
  bound.affinity = { 1 }
  rt:task {}
  rt:run(ms)
  luaunit.assertStrContains(reports[1].message, "which may not use this cpu")
  same(bound.cpu or 1, 1)
  same(rt:find(2).cpu, 0)
end

function TestBadAnswers.test_slices_are_at_least_1ms_and_integers()
  for _, short in ipairs { 1, 2, 999999 } do
    local rt <close> = under(neap.policy { name = "p", slice = function() return short end }, 2)
    rt:run(10 * ms)
    luaunit.assertTrue(rt:stats().clamped >= 10)
    same({ rt:find(1).cpu_ns, rt:stats().failures }, { 5 * ms, 0 })
  end
  for _, bad in ipairs { 0, -1, 1.5, "10ms", {}, 0 / 0, math.huge, false } do
    local message = answering("slice", function() return bad end)
    luaunit.assertStrContains(message, "expected nanoseconds, an integer greater than 0")
  end
  luaunit.assertStrContains(answering("slice", function() end), "slice returned nil")
  local rt <close> = under(neap.policy { name = "p", slice = function() return 2e6 end }, 2)
  same(turns(rt, 5 * ms), "1 2 1")
end

function TestBadAnswers.test_tick_and_preempt_say_what_they_may()
  luaunit.assertStrContains(answering("tick", function() return 1 end),
    "tick returned 1, expected true, false or nil")
  for _, bad in ipairs { -1, 1, 0.5, "0", {} } do
    local p = neap.policy { name = "p", base = "rr", preempt = function() return bad end }
    local rt <close>, reports = under(p, 4)
    rt:run(10 * ms)
    luaunit.assertStrContains(reports[1].message, "expected the number of a cpu, or nil")
    same({ rt.policy, spent(rt) }, { "fair", 10 * ms })
  end
end

-- What each hook may not answer, by kind; told by name, and counted each time.
local NUMBERS = { ["0 / 0"] = "nan", ["math.huge"] = "inf", ["-math.huge"] = "%-inf", ["'1'"] =
  "a string", ["{}"] = "a table", ["print"] = "a function", ["task"] = "task %d" }
local WRONG = {
  slice = { "nanoseconds, an integer greater than 0", NUMBERS,
    { ["-1"] = "%-1", ["0"] = "0", ["1.5"] = "1.5", ["true"] = "a boolean", ["nil"] = "nil" } },
  preempt = { "the number of a cpu, or nil", NUMBERS,
    { ["-1"] = "%-1", ["1"] = "1", ["0.5"] = "0.5", ["true"] = "a boolean" } },
  key = { "an integer or a finite number", NUMBERS, { ["nil"] = "nil", ["false"] = "a boolean" } },
  tick = { "true, false or nil", NUMBERS, { ["0"] = "0", ["-1"] = "%-1" } },
  pick = { "a task that waits, or nil", NUMBERS,
    { ["1"] = "1", ["-1"] = "%-1", ["false"] = "a boolean", ["self"] = "a table" } },
}

local function first_report(hook, value)
  local text = "local p = { name = 'p' } function p:%s(task) return %s end "
  text = text:format(hook, value)
  if hook == "tick" then text = text .. "function p:slice() return 3 * self.quantum end\n" end
  if hook ~= "key" then text = text .. "p.base, p.ticks = 'rr', 'always'\n" end
  local first
  hostile.with_file(text .. "return p", function(path)
    local rt <close>, reports = under(path, 3)
    for _ = 1, 5 do
      rt:task {}
      rt:run(40 * ms)
    end
    first = reports[1]
    same({ rt.policy, spent(rt) }, { "fair", 200 * ms })
    luaunit.assertTrue(rt:stats().failures >= 3) -- a decision is finished under the same policy
    same({ reports[2].kind, #reports }, { "ejected", 2 })
  end)
  return first
end

function TestBadAnswers.test_each_is_refused_by_name_and_counted()
  for hook, wrong in pairs(WRONG) do
    for _, list in ipairs { wrong[2], wrong[3] } do
      for value, name in pairs(list) do
        if hook ~= "pick" or value ~= "task" then -- there it is the number of a cpu
          local report = first_report(hook, value)
          same({ report.kind, report.hook }, { "failure", hook == "key" and "enqueue" or hook })
          luaunit.assertStrMatches(report.message,
            hook .. " returned " .. name .. ", expected " .. wrong[1])
        end
      end
    end
  end
end

function TestBadAnswers.test_more_results_than_asked_for_are_dropped()
  local p = neap.policy { name = "p", base = "rr" }
  function p:pick(cpu) return self.base:pick(cpu), "and", nil, "more" end
  function p:slice() return self.quantum, 0, -1 end
  function p:preempt() return nil, 0 end
  local rt <close>, reports = under(p, 3)
  rt:run(50 * ms)
  same({ rt.policy, #reports, spent(rt) }, { "p", 0, 50 * ms })
end

-- A hook of a policy file under `base` says this on `task`, `dead` (which has ended) or `kept` (the
-- first one, which is elsewhere by then).
local function raised(hook, body, base)
  local text = ([[
local neap = require "neap"
local p = { name = "p", base = %q, ticks = "always" }
local dead, kept
function p:exit_task(task) dead = task end
function p:init_task(task) kept = kept or task end
function p:%s(task, ...)
  if not dead or dead.alive then return self.base.%s(self.base, task, ...) end
  %s
end
return p]]):format(base or "rr", hook, hook, body)
  local message
  hostile.with_file(text, function(path)
    local rt <close>, reports = under(path, 4)
    rt:run(10 * ms)
    rt:find(2):finish()
    rt:run(50 * ms)
    message = reports[1].message
    same({ rt.policy, rt:stats().failures, spent(rt) }, { "fair", 3, 60 * ms })
  end)
  return message
end

function TestBadAnswers.test_tasks_that_a_policy_may_not_use()
  local contains = luaunit.assertStrContains
  contains(raised("slice", "return dead.weight"), "task 2 has ended")
  contains(raised("slice", "dead.data = 1"), "task 2 has ended")
  contains(raised("slice", "dead:boost()"), "task 2 has ended")
  contains(raised("slice", "neap.fifo():push(dead)"), "task 2 has ended")
  contains(raised("slice", "neap.heap():push(dead, 1)"), "task 2 has ended")
  contains(raised("slice", "neap.heap():update(task, 1)"), "is not in this heap")
  contains(raised("slice", "return self.base:slice(dead)"), "the hook was asked about")
  contains(raised("slice", "return self.base:slice(1)"), "task expected, got number")
  contains(raised("enqueue", "self.base:enqueue(dead)"), "task 2 has left this policy")
  contains(raised("enqueue", "self.base:enqueue('1')"), "task expected, got string")
  contains(raised("enqueue", "self.base:dequeue(task)"), "is not in base's queue")
  contains(raised("enqueue", "self.base:enqueue(task, 'soon')"), "why")
  contains(raised("pick", "self.base:pick(-1)"), "cpu")
  contains(raised("pick", "return dead"), "pick returned task 2, which has ended")
end

check.main()
