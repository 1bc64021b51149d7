-- timer_test.lua - rt:after(), rt:every() and how they are cancelled.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestTimers
TestTimers = {}

local same = luaunit.assertEquals
local ms = neap.ms

function TestTimers.test_after_calls_once_at_its_time_with_the_timer()
  local rt <close> = check.runtime()
  local calls = {}
  local timer = rt:after("5ms", function(...) calls[#calls + 1] = { rt:now(), ... } end)
  luaunit.assertStrMatches(tostring(timer), "timer %d+")
  luaunit.assertTrue(rt:run())
  same(#calls, 1)
  same({ calls[1][1], #calls[1], rt:now() }, { 5 * ms, 2, 5 * ms })
  luaunit.assertTrue(rawequal(calls[1][2], timer))
  luaunit.assertStrMatches(tostring(timer), "timer %d+ %(done%)")
end

function TestTimers.test_timers_come_in_order_of_time_and_then_of_making()
  local rt <close> = check.runtime()
  local order = {}
  for i, delay in ipairs { 3, 1, 2, 1, 0, 3, 0 } do
    rt:after(delay * ms, function() order[#order + 1] = i end)
  end
  rt:run()
  same(order, { 5, 7, 2, 4, 3, 1, 6 })
end

function TestTimers.test_every_comes_again_without_drift()
  local rt <close> = check.runtime()
  local times = {}
  rt:every(7 * ms, function() times[#times + 1] = rt:now() end)
  rt:run(50 * ms)
  rt:run(6 * ms)
  same(times, { 7 * ms, 14 * ms, 21 * ms, 28 * ms, 35 * ms, 42 * ms, 49 * ms, 56 * ms })
end

function TestTimers.test_every_keeps_to_its_grid_when_a_call_comes_late()
  local rt <close> = assert(neap.runtime())
  local first, least, calls = rt:now(), neap.forever, 0
  rt:every(2 * ms, function()
    calls = calls + 1
    if calls == 3 then -- until the middle between two
      local free = first + 11 * ms
      while rt:now() < free do end
    elseif calls > 4 then
      least = math.min(least, (rt:now() - first) % (2 * ms))
    end
    if calls == 12 then rt:stop() end
  end)
  rt:after(5 * neap.s, function() error "the timer does not come" end)
  luaunit.assertTrue(rt:run())
  luaunit.assertTrue(least < 0.9 * ms, "every call is late")
  luaunit.assertTrue(rt:now() - first >= 25 * ms) -- what it missed is left out, not made up for
end

function TestTimers.test_a_cancelled_timer_does_not_come()
  local rt <close> = check.runtime()
  local calls = 0
  local function call() calls = calls + 1 end
  local a, b, c = rt:after(ms, call), rt:every(ms, call), rt:after(2 * ms, call)
  luaunit.assertTrue(a:cancel())
  luaunit.assertTrue(rt:cancel(b))
  check.failed(2, "done with already", a:cancel())
  check.failed(2, "done with already", rt:cancel(b))
  rt:run(5 * ms)
  same(calls, 1)
  check.failed(2, "done with already", c:cancel())
end

function TestTimers.test_every_can_cancel_itself_and_others_in_its_callback()
  local rt <close> = check.runtime()
  local calls, never = 0, false
  local other = rt:after(10 * ms, function() never = true end)
  rt:every(ms, function(timer)
    calls = calls + 1
    if calls == 3 then
      luaunit.assertTrue(timer:cancel())
      luaunit.assertTrue(other:cancel())
      check.failed(2, "done with already", timer:cancel())
    end
  end)
  rt:run(neap.s)
  same({ calls, never }, { 3, false })
end

function TestTimers.test_a_timer_made_in_a_callback_comes_in_a_turn_of_its_own()
  local rt <close> = check.runtime()
  local order = {}
  rt:after(0, function()
    rt:after(0, function() order[#order + 1] = "second" end)
    order[#order + 1] = "first"
  end)
  rt:run()
  same({ order, rt:now() }, { { "first", "second" }, 0 })
end

function TestTimers.test_timers_for_now_do_not_keep_a_turn_from_ending()
  local rt <close> = check.runtime()
  local calls = 0
  local function again()
    calls = calls + 1
    if calls < 1000 then rt:after(0, again) end
  end
  rt:after(0, again)
  rt:run(0)
  same(calls, 1)
end

function TestTimers.test_run_ends_when_no_task_and_no_after_is_left()
  local rt <close> = check.runtime()
  rt:every(ms, function() end)
  rt:after(10 * ms, function() end)
  luaunit.assertTrue(rt:run())
  same(rt:now(), 10 * ms)
end

function TestTimers.test_an_error_in_a_timer_is_raised_by_run_and_the_runtime_lives_on()
  local rt <close> = check.runtime()
  local t = rt:task {}
  rt:after(5 * ms, function() error "boom" end)
  rt:after(5 * ms, function() t.name = "told" end)
  check.raises("boom", rt.run, rt, neap.s)
  same(rt:now(), 5 * ms)
  luaunit.assertTrue(rt:run(5 * ms))
  same({ t.cpu_ns, t.name }, { 10 * ms, "told" })
end

function TestTimers.test_an_error_that_is_no_string_comes_through_as_it_is()
  local rt <close> = check.runtime()
  local thing = {}
  rt:after(0, function() error(thing) end)
  local ok, what = pcall(rt.run, rt)
  luaunit.assertFalse(ok)
  luaunit.assertTrue(rawequal(what, thing))
  rt:after(0, function() error() end)
  ok, what = pcall(rt.run, rt)
  luaunit.assertFalse(ok)
  luaunit.assertNil(what)
end

function TestTimers.test_the_error_of_every_does_not_cancel_it()
  local rt <close> = check.runtime()
  local calls = 0
  rt:every(ms, function()
    calls = calls + 1
    if calls == 2 then error "once" end
  end)
  check.raises("once", rt.run, rt, 10 * ms)
  rt:run(3 * ms)
  same(calls, 5)
end

function TestTimers.test_wrong_times_and_functions_are_refused()
  local rt <close> = check.runtime()
  check.raises("time: -1 is out of range", rt.after, rt, -1, print)
  check.raises('time: "soon" is not a duration', rt.after, rt, "soon", print)
  check.raises("time: expected nanoseconds", rt.after, rt, nil, print)
  check.raises("function expected", rt.after, rt, 1)
  check.raises("function expected", rt.every, rt, ms, "print")
  check.raises("a period of 0 ns is less than 1us", rt.every, rt, 0, print)
  check.raises("a period of 999 ns is less than 1us", rt.every, rt, 999, print)
  check.raises("timer expected", rt.cancel, rt, 1)
  check.raises("timer expected", rt.cancel, rt, rt)
  luaunit.assertTrue(rt:run())
  same(rt:now(), 0)
end

function TestTimers.test_a_timer_belongs_to_its_runtime()
  local one <close> = check.runtime()
  local two <close> = check.runtime()
  local timer = one:after(ms, function() end)
  check.raises("belongs to another runtime", two.cancel, two, timer)
  luaunit.assertTrue(one:cancel(timer))
end

function TestTimers.test_a_timer_without_end_never_comes()
  local rt <close> = check.runtime()
  local timer = rt:after(neap.forever, error)
  rt:run(neap.hour)
  luaunit.assertTrue(timer:cancel())
end

function TestTimers.test_timers_outlive_their_runtime_harmlessly()
  local rt = check.runtime()
  local timer, again = rt:after(ms, error), rt:every(ms, error)
  rt:close()
  for _, one in ipairs { timer, again } do
    luaunit.assertStrMatches(tostring(one), "timer %d+ %(done%)")
  end
  check.failed(2, "done with already", timer:cancel())
end

check.main()
