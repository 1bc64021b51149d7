-- event_test.lua - on() and off(), errors in callbacks, what callbacks may do, signals.
--
-- ctest labels: process
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestEvents TestErrors TestInside TestCoroutines TestSignals
TestEvents = {}
TestErrors = {}
TestInside = {}
TestCoroutines = {}
TestSignals = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Events.

function TestEvents.test_handlers_are_called_in_the_order_in_which_they_were_added()
  local rt <close> = check.runtime()
  local order = {}
  for i = 1, 3 do
    local function handler() order[#order + 1] = i end
    luaunit.assertTrue(rawequal(rt:on("exit", handler), handler))
  end
  rt:task {}:finish()
  rt:run(0)
  same(order, { 1, 2, 3 })
end

function TestEvents.test_off_takes_one_of_equal_handlers_away()
  local rt <close> = check.runtime()
  local calls = 0
  local function handler() calls = calls + 1 end
  rt:on("exit", handler)
  rt:on("exit", handler)
  same({ rt:off("exit", handler), rt:off("switch", handler) }, { true, false })
  rt:task {}:finish()
  rt:run(0)
  same({ calls, rt:off("exit", handler), rt:off("exit", handler) }, { 1, true, false })
  rt:task {}:finish()
  rt:run(0)
  same(calls, 1)
end

function TestEvents.test_a_handler_may_add_and_remove_handlers()
  local rt <close> = check.runtime()
  local order = {}
  local function once(task)
    order[#order + 1] = "once " .. task.id
    rt:off("exit", TestEvents.once)
    rt:on("exit", function(other) order[#order + 1] = "later " .. other.id end)
  end
  TestEvents.once = rt:on("exit", once)
  rt:task {}:finish()
  rt:task {}:finish()
  rt:run(0)
  same(order, { "once 1", "later 2" })
end

function TestEvents.test_unknown_events_and_no_functions_are_refused()
  local rt <close> = check.runtime()
  check.raises('event: "exits" is not "exit", "switch" or "error"', rt.on, rt, "exits", print)
  check.raises("event: expected a string", rt.on, rt, nil, print)
  check.raises("function expected", rt.on, rt, "exit", "print")
  check.raises("function expected", rt.on, rt, "exit")
  check.raises('event: "x" is not', rt.off, rt, "x", print)
end

function TestEvents.test_switches_say_who_came_and_who_went()
  local rt <close> = check.runtime { cpus = 2 }
  local list = {}
  rt:on("switch", function(cpu, from, to)
    list[#list + 1] = ("%d %s-%s"):format(cpu, from and from.id or "", to and to.id or "")
  end)
  for _ = 1, 3 do rt:task {} end
  rt:run(11 * ms)
  rt:find(3):finish()
  rt:find(1):block()
  rt:run(ms)
  same(list, { "0 -1", "1 -2", "0 1-3", "1 2-1", "0 3-2", "1 1-" })
end

function TestEvents.test_a_task_is_alive_in_its_exit_handlers_and_dead_after()
  local rt <close> = check.runtime()
  local t = rt:task { name = "x", data = 5 }
  local seen
  rt:on("exit", function(task, how, code)
    seen = { task.alive, task.state, task.name, task.cpu_ns, task.data, how, code,
      task:stats().wall_ns, rawequal(task, t), rt:find(1) == task }
    check.failed(3, "has ended", task:boost())
  end)
  rt:run(4 * ms)
  t:finish(2)
  rt:run(0)
  same(seen, { true, "ended", "x", 4 * ms, 5, "exit", 2, 4 * ms, true, true })
  luaunit.assertFalse(t.alive)
end

function TestEvents.test_finish_ends_all_and_says_ended()
  local rt <close> = check.runtime { max_alive = 2 }
  local ends = {}
  rt:on("exit", function(task, how, code) ends[task.id] = how .. " " .. code end)
  for _ = 1, 3 do rt:task {} end
  rt:run(ms)
  luaunit.assertTrue(rt:finish())
  luaunit.assertTrue(rt:run())
  same({ ends[1], ends[2], rt:stats().active }, { "ended 0", "ended 0", 0 })
  check.raises('finish: "soon" is not "grace" or "now"', rt.finish, rt, "soon")
end

-- Errors.

function TestErrors.test_an_error_in_an_exit_handler_is_raised_by_run()
  local rt <close> = check.runtime()
  rt:on("exit", function() error "exit failed" end)
  local t = rt:task {}
  rt:after(ms, function() t:finish() end)
  check.raises("exit failed", rt.run, rt, neap.s)
  luaunit.assertTrue(rt:run(neap.s))
end

function TestErrors.test_an_error_in_a_switch_handler_is_raised_by_run_and_changes_no_decision()
  local rt <close> = check.runtime()
  local handler = rt:on("switch", function() error "switch failed" end)
  local t = rt:task {}
  check.raises("switch failed", rt.run, rt, neap.s)
  rt:off("switch", handler)
  luaunit.assertTrue(rt:run(neap.s))
  same({ t.state, t.cpu_ns }, { "running", neap.s })
end

function TestErrors.test_the_first_of_several_errors_is_raised_once()
  local rt <close> = check.runtime()
  local calls = 0
  rt:on("exit", function(task)
    calls = calls + 1
    error("exit of " .. task.id)
  end)
  for _ = 1, 3 do rt:task {}:finish() end
  check.raises("exit of 1", rt.run, rt, 0)
  same(calls, 3)
  luaunit.assertTrue(rt:run(0))
end

function TestErrors.test_wait_raises_what_a_callback_raised()
  local rt <close> = check.runtime()
  local t = rt:task {}
  rt:after(ms, function() error "in between" end)
  check.raises("in between", t.wait, t)
  luaunit.assertTrue(t.alive)
end

function TestErrors.test_an_error_carries_the_callbacks_traceback()
  local rt <close> = check.runtime()
  local function deep() error "boom" end
  rt:after(0, function() deep() end)
  local _, message = pcall(rt.run, rt)
  luaunit.assertStrMatches(message, ".*event_test%.lua:%d+: boom\nstack traceback:.*deep.*")
end

function TestErrors.test_a_hook_that_fails_is_reported_to_the_error_handlers()
  local rt <close> = check.runtime { policy = neap.policy {
    name = "broken", slice = function() error "no slice" end } }
  local reports = {}
  rt:on("error", function(report) reports[#reports + 1] = report end)
  rt:task { name = "x" }
  rt:run(ms)
  local report = reports[1]
  same({ #reports, report.kind, report.policy, report.hook, report.task },
    { 1, "failure", "broken", "slice", 1 })
  luaunit.assertStrContains(report.message, "no slice")
  luaunit.assertStrContains(report.trace, "stack traceback")
end

-- Inside a callback.

local function inside(rt, fn)
  local done = false
  rt:after(0, function()
    fn()
    done = true
  end)
  rt:run(0)
  luaunit.assertTrue(done)
end

function TestInside.test_the_loop_cannot_be_run_again()
  local rt <close> = check.runtime()
  local t = rt:task {}
  inside(rt, function()
    check.raises("not inside a callback", rt.run, rt)
    check.raises("not inside a callback", rt.run, rt, ms)
    check.raises("not inside a callback", t.wait, t)
    check.raises("not inside a callback", rt.close, rt)
    check.raises("not inside a callback", function()
      local again <close> = rt -- luacheck: ignore
    end)
  end)
  luaunit.assertTrue(t.alive)
end

function TestInside.test_another_runtime_may_be_made_run_and_closed()
  local rt <close> = check.runtime()
  inside(rt, function()
    local other <close> = check.runtime()
    local t = other:task {}
    other:run(3 * ms)
    same({ t.cpu_ns, other:now(), rt:now() }, { 3 * ms, 3 * ms, 0 })
  end)
end

function TestInside.test_everything_else_may_be_called()
  local rt <close> = check.runtime()
  local t, other = rt:task {}, rt:task {}
  inside(rt, function()
    t.priority, t.weight, t.name = 3, 5, "y"
    t:boost()
    t:pause()
    t:resume()
    rt:set_policy "fair"
    rt:set_cpus(2)
    rt:set_quantum "5ms"
    rt:trigger()
    rt:pause()
    rt:resume()
    other:finish()
    rt:task {}
  end)
  rt:run(5 * ms)
  same({ rt.policy, rt.cpus, rt:stats().active, t.cpu_ns }, { "fair", 2, 2, 5 * ms })
end

function TestInside.test_a_handler_may_finish_the_task_that_it_hears_of()
  local rt <close> = check.runtime()
  rt:on("switch", function(_, _, to)
    if to then to:finish() end
  end)
  for _ = 1, 50 do rt:task {} end
  luaunit.assertTrue(rt:run(ms))
  same(rt:stats().active, 0)
end

function TestInside.test_stop_ends_the_run_after_this_turn()
  local rt <close> = check.runtime()
  rt:task {}
  rt:after(3 * ms, function() rt:stop() end)
  luaunit.assertTrue(rt:run(neap.s))
  same(rt:now(), 3 * ms)
  luaunit.assertTrue(rt:run(ms))
  same(rt:now(), 4 * ms)
end

function TestInside.test_an_exit_handler_may_add_the_next_task()
  local rt <close> = check.runtime()
  local last
  rt:on("exit", function(task)
    last = task.id
    if task.id < 100 then rt:task {}:finish() end
  end)
  rt:task {}:finish()
  luaunit.assertTrue(rt:run())
  same({ last, rt:stats().active }, { 100, 0 })
end

function TestInside.test_a_run_without_end_is_refused()
  local rt <close> = check.runtime()
  rt:task {}
  check.failed(40, "say for how long", rt:run())
  check.raises("time: -1 is out of range", rt.run, rt, -1)
  check.raises('time: "x" is not a duration', rt.run, rt, "x")
end

-- Coroutines.

function TestCoroutines.test_a_runtime_can_be_made_and_run_inside_a_coroutine()
  local step = coroutine.wrap(function()
    local rt <close> = check.runtime { policy = neap.policy {
      name = "own", slice = function(self) return self.quantum end } }
    local t = rt:task {}
    rt:task {}
    for _ = 1, 3 do
      rt:run(10 * ms)
      coroutine.yield(t.cpu_ns)
    end
    return "done"
  end)
  same({ step(), step(), step(), step() }, { 10 * ms, 10 * ms, 20 * ms, "done" })
end

function TestCoroutines.test_a_runtime_made_in_a_dead_coroutine_lives_on()
  local rt = coroutine.wrap(function() return check.runtime() end)()
  collectgarbage()
  collectgarbage()
  local called
  rt:after(ms, function() called = coroutine.isyieldable() end)
  rt:run(ms)
  same(called, false)
  rt:close()
end

function TestCoroutines.test_a_callback_may_resume_coroutines_but_not_yield_through_the_loop()
  local rt <close> = check.runtime()
  local steps = 0
  local worker = coroutine.create(function()
    for _ = 1, 3 do
      steps = steps + 1
      coroutine.yield()
    end
  end)
  rt:every(ms, function() assert(coroutine.resume(worker)) end)
  rt:run(3 * ms)
  same(steps, 3)
  rt:after(ms, coroutine.yield)
  check.raises("yield", rt.run, rt, ms)
end

-- Signals of this process.

local function own_pid()
  local file <close> = assert(io.open "/proc/self/stat")
  return file:read "n"
end

local function send_to_us(signal)
  os.execute(("kill -%s %d"):format(signal, own_pid()))
end

function TestSignals.test_a_handler_hears_of_a_signal_by_name_and_number()
  local rt <close> = assert(neap.runtime { cpus = 1 })
  local heard = {}
  luaunit.assertTrue(rt:on_signal("USR1", function(...) heard[#heard + 1] = { ... } end))
  luaunit.assertTrue(rt:on_signal(12, function(...)
    heard[#heard + 1] = { ... }
    rt:stop()
  end))
  rt:after(0, function() send_to_us "USR1" end)
  rt:after(20 * ms, function() send_to_us "USR2" end)
  rt:after(10 * neap.s, function() error "no signal came" end)
  luaunit.assertTrue(rt:run())
  same(heard, { { "USR1", 10 }, { "USR2", 12 } })
  luaunit.assertTrue(rt:on_signal("SIGUSR1", nil))
  luaunit.assertTrue(rt:on_signal(12, nil))
end

function TestSignals.test_one_runtime_at_a_time_has_a_signal()
  local one <close> = assert(neap.runtime { cpus = 1 })
  local two <close> = assert(neap.runtime { cpus = 1 })
  luaunit.assertTrue(one:on_signal("USR1", print))
  luaunit.assertNil((two:on_signal("USR1", print)))
  luaunit.assertTrue(one:on_signal("USR1", nil))
  luaunit.assertTrue(two:on_signal("USR1", print))
end

function TestSignals.test_what_is_no_signal_or_no_function_is_refused()
  local rt <close> = assert(neap.runtime { cpus = 1 })
  check.raises('unknown signal "UZR1" (did you mean "USR1"?)', rt.on_signal, rt, "UZR1", print)
  check.raises("signal: 0 is out of range", rt.on_signal, rt, 0, print)
  check.raises("function expected", rt.on_signal, rt, "USR1", "print")
  luaunit.assertFalse((pcall(rt.on_signal, rt, "KILL", print)) and
    rt:on_signal("KILL", print) == true)
  local virtual <close> = check.runtime()
  luaunit.assertNil((virtual:on_signal("USR1", print)))
end

check.main()
