-- strict_answer_test.lua - what a hook may not answer, one kind a test: refused by name, counted.
--
-- One wrong answer: its default stands for it, the policy stays, and nobody loses a nanosecond.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestAnswers
TestAnswers = {}

local same = luaunit.assertEquals
local ms = neap.ms

local TASKS = 4
local EXPECTED = {
  pick = "a task that waits, or nil",
  slice = "nanoseconds, an integer greater than 0",
  tick = "true, false or nil",
  preempt = "the number of a cpu, or nil",
  key = "an integer or a finite number",
}

-- A policy whose `hook` gives the answer of answer(self, ...) when `now.armed`, once.
local function once(hook, answer, now)
  local p = neap.policy { name = "p", ticks = "always" }
  if hook ~= "key" then p.base = "rr" end
  if hook == "tick" then p.slice = function() return 25 * ms end end -- so that there are any
  p[hook] = function(self, ...)
    if now.armed then
      now.armed = false
      return answer(self, ...)
    end
    if hook == "key" then return (...).id end
    return self.base[hook](self.base, ...)
  end
  p.starves = hook == "key"
  return p
end

-- What the one report says of that answer, after prepare(rt).
local function told(hook, answer, prepare)
  local now = {}
  local rt <close>, reports = check.under(once(hook, answer, now), TASKS, { cpus = 2 })
  rt:run(30 * ms)
  if prepare then prepare(rt) end
  now.armed = true
  rt:task {}
  rt:run(70 * ms)
  same({ hook, now.armed, rt.policy, #reports }, { hook, false, "p", 1 })
  same({ reports[1].kind, reports[1].hook }, { "failure", hook == "key" and "enqueue" or hook })
  same({ rt:stats().failures, rt:stats().ejections }, { 1, 0 })
  same({ rt:stats().active, check.spent(rt) }, { TASKS + 1, 200 * ms })
  return reports[1].message
end

-- Each of these hooks answers `value`; that is called `name`.
local function refused(value, name, hooks)
  for _, hook in ipairs(hooks) do
    same(told(hook, function() return value end),
      ("%s returned %s, expected %s"):format(hook, name, EXPECTED[hook]))
  end
end

function TestAnswers.test_a_dead_handle()
  local other <close> = check.runtime()
  local dead = other:task {}
  dead:finish()
  other:run(0)
  refused(dead, "task 1, which has ended", { "pick", "slice", "tick", "preempt", "key" })
end

function TestAnswers.test_a_task_of_another_runtime()
  local other <close> = check.runtime()
  refused(other:task {}, "task 1 of another runtime", { "pick", "slice", "tick", "preempt", "key" })
end

function TestAnswers.test_a_task_that_the_policy_does_not_hold()
  local first
  local function answer() return first end
  local function said(why, prepare)
    local message = told("pick", answer, prepare):gsub("%d", "N")
    same(message, "picked task N (tN), which " .. why)
  end
  said("has a cpu already", function(rt) -- one cpu becomes free
    first = rt:current(1)
    rt:current(0):pause()
  end)
  for _, verb in ipairs { "pause", "block" } do
    said("is not waiting in this policy", function(rt)
      first = rt:current(0)
      assert(first[verb](first))
    end)
  end
end

function TestAnswers.test_a_string_for_a_number()
  refused("1", "a string", { "slice", "preempt", "key" })
  refused("10ms", "a string", { "slice" })
end

function TestAnswers.test_not_a_number()
  refused(0 / 0, "nan", { "slice", "preempt", "key" })
  refused(-(0 / 0), "nan", { "slice", "preempt", "key" })
end

function TestAnswers.test_an_infinite_number()
  refused(math.huge, "inf", { "slice", "preempt", "key" })
  refused(-math.huge, "-inf", { "slice", "preempt", "key" })
end

function TestAnswers.test_a_negative_number()
  refused(-1, "-1", { "slice", "preempt" })
  refused(math.mininteger, tostring(math.mininteger), { "slice", "preempt" })
end

function TestAnswers.test_a_number_with_a_fraction()
  refused(1.5, "1.5", { "slice", "preempt" })
end

function TestAnswers.test_a_number_for_a_task_or_a_truth()
  refused(1, "1", { "pick", "tick" })
end

function TestAnswers.test_a_table()
  refused({}, "a table", { "pick", "slice", "tick", "preempt", "key" })
end

function TestAnswers.test_nothing_where_an_answer_is_due()
  refused(nil, "nil", { "slice", "key" })
end

-- A few more than asked for are no harm: policy_failure_test.lua.
function TestAnswers.test_more_results_than_there_is_room_for()
  for hook in pairs(EXPECTED) do
    luaunit.assertStrContains(told(hook, function() return table.unpack({}, 1, 10000000) end),
      "too many results")
  end
end

check.main()
