-- survive_test.lua - what the runtime must outlive: a lost guard, odd policies, odd tasks.
--
-- ctest labels: process
local check = require "check"
local lu = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestSurvive
TestSurvive = {}

local LOOP = "while :; do :; done"

local function guard_pid()
  local file <close> = assert(io.open("/proc/thread-self/children"))
  return file:read("n")
end

function TestSurvive.test_after_a_lost_guard_the_next_one_is_heard()
  local rt <close> = assert(neap.runtime { on_death = "end", adopt = false })
  rt:on("error", function() end)
  assert(rt:spawn { "sleep", "10" })
  rt:run(50 * neap.ms)
  os.execute("kill -KILL " .. guard_pid())
  local ok = rt:run(5 * neap.s)
  lu.assertNil(ok)
  local again = assert(rt:spawn { "sh", "-c", "exit 4" })
  lu.assertEquals({ again:wait() }, { "exit", 4 })
end

function TestSurvive.test_a_report_that_nobody_heard_is_dropped_at_the_end()
  local policy = neap.policy { name = "bad", base = "rr", running = function() end,
    enqueue = function() error "no" end, dequeue = function() end, pick = function() end }
  local rt = assert(neap.runtime { policy = policy, clock = "virtual" })
  rt:on("error", function() end)
  rt:task {}
  rt:close()
end

function TestSurvive.test_a_timer_that_sets_itself_for_now_does_not_end_time()
  local calls = 0
  local policy = neap.policy { name = "eagerly", base = "rr",
    running = function(self) self:timer(1, self.now) end,
    timer = function(self, id) calls = calls + 1; self:timer(id, self.now) end }
  local rt <close> = assert(neap.runtime { policy = policy, clock = "virtual", cpus = 1 })
  rt:task {}
  rt:run(20 * neap.ms)
  lu.assertEquals(calls, 20)
end

function TestSurvive.test_a_task_that_joins_the_guards_group_is_ended_and_the_guard_is_not()
  local rt <close> = assert(neap.runtime { cpus = 1, grace = 300 * neap.ms })
  local stray = assert(rt:spawn { "perl", "-e", "setpgrp(0, getppid()); 1 while 1" })
  assert(rt:spawn { "sh", "-c", LOOP })
  rt:run(300 * neap.ms)
  lu.assertEquals(stray.state ~= "starting", true)
  rt:finish("grace")
  lu.assertEquals(rt:run(), true)
end

function TestSurvive.test_a_signal_is_not_lost_because_another_follows_while_the_task_starts()
  local rt <close> = assert(neap.runtime { cpus = 1 })
  local task = assert(rt:spawn { "sleep", "10" })
  rt:run(0) -- it is asked for, and cannot have begun
  task:signal("TERM")
  task:signal("WINCH")
  local how, code = task:wait()
  lu.assertTrue(how == "cancelled" or (how == "signal" and code == 15))
end

function TestSurvive.test_a_grace_time_without_end_is_no_hurry()
  local rt <close> = assert(neap.runtime { grace = neap.forever })
  local task = assert(rt:spawn { "sh", "-c", "trap 'exit 7' TERM; while :; do :; done" })
  rt:run(300 * neap.ms)
  task:kill()
  lu.assertEquals({ task:wait() }, { "exit", 7 })
end

check.main()
