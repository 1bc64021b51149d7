-- go_test.lua - rt:go(): coroutines that read like straight code, their ends, and their errors.
--
-- ctest labels: process
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestGo TestWait TestErrors TestEnds TestMany
TestGo, TestWait, TestErrors, TestEnds, TestMany = {}, {}, {}, {}, {}

local same = luaunit.assertEquals
local ms = neap.ms

-- What a runtime reports.
local function reports_of(rt)
  local list = {}
  rt:on("error", function(report) list[#list + 1] = report end)
  return list
end

function TestGo.test_it_begins_in_the_loop_with_its_arguments()
  local rt <close> = check.runtime()
  local seen = {}
  local co = rt:go(function(...) seen = table.pack(...) end, 1, nil, "x")
  same({ #seen, co.done, tostring(co) }, { 0, false, "coroutine (asleep)" })
  rt:run()
  same({ seen.n, seen[1], seen[3], co.done, tostring(co) }, { 3, 1, "x", true, "coroutine (done)" })
end

function TestGo.test_sleep_takes_its_time_and_the_run_goes_on_until_the_end()
  local rt <close> = check.runtime()
  local times = {}
  rt:go(function()
    for i = 1, 3 do
      same(rt:sleep(i * ms), true)
      times[i] = rt:now()
    end
    rt:sleep "4ms"
  end)
  luaunit.assertTrue(rt:run())
  same(times, { ms, 3 * ms, 6 * ms })
  same(rt:now(), 10 * ms)
end

function TestGo.test_several_take_turns_and_a_plain_yield_gives_way()
  local rt <close> = check.runtime()
  local order = {}
  for _, name in ipairs { "a", "b" } do
    rt:go(function()
      for i = 1, 2 do
        order[#order + 1] = name .. i
        same(select("#", coroutine.yield "no matter"), 0)
      end
    end)
  end
  rt:run()
  same(table.concat(order, " "), "a1 b1 a2 b2")
end

function TestGo.test_a_sleep_outside_runs_the_loop_for_that_time()
  local rt <close> = check.runtime()
  local ticks = 0
  rt:every(ms, function() ticks = ticks + 1 end)
  same(rt:sleep(5 * ms), true)
  same({ ticks, rt:now() }, { 5, 5 * ms })
end

function TestGo.test_a_live_runtime_with_nothing_to_do_sleeps_nevertheless()
  local rt <close> = assert(neap.runtime { cpus = 1 })
  local before = rt:now()
  rt:sleep "20ms"
  luaunit.assertTrue(rt:now() - before >= 20 * ms)
end

function TestGo.test_its_sleep_is_bounded_by_the_time_of_the_run()
  local rt <close> = check.runtime()
  local co = rt:go(function() rt:sleep "1h" end)
  rt:run(ms)
  same({ co.done, rt:now() }, { false, ms })
  rt:run()
  same({ co.done, rt:now() }, { true, neap.hour })
end

function TestGo.test_a_nested_one_is_made_inside_and_waited_for()
  local rt <close> = check.runtime()
  local said
  rt:go(function()
    local inner = rt:go(function(n)
      rt:sleep(n)
      return "inner", rt:now()
    end, 3 * ms)
    said = { inner:wait() }
  end)
  rt:run()
  same(said, { "inner", 3 * ms })
end

function TestGo.test_misuse_is_told()
  local rt <close> = check.runtime()
  check.raises("function expected", rt.go, rt, {})
  check.raises("function expected", rt.go, rt)
  check.raises("time", rt.sleep, rt, "soon")
  local co = rt:go(function() end)
  check.raises('no field "resluts"', function() return co.resluts end)
  check.raises("coroutine of rt:go() expected", co.wait, rt)
  check.raises("index", function() co.done = true end)
end

function TestGo.test_the_loop_cannot_be_run_nor_the_runtime_closed_inside()
  local rt <close> = check.runtime()
  local ended = 0
  for _, method in ipairs { "run", "close" } do
    rt:go(function()
      check.raises("not inside a coroutine of rt:go()", rt[method], rt)
      ended = ended + 1
    end)
  end
  rt:run()
  same(ended, 2)
end

function TestGo.test_a_hook_may_make_none_nor_wait()
  local rt, co, task
  local policy = neap.policy { name = "p", base = "rr", slice = function(self)
    if not co then return self.quantum end
    check.raises("not inside a policy hook", rt.go, rt, print)
    check.raises("not inside a policy hook", rt.sleep, rt, 1)
    check.raises("not inside a policy hook", co.wait, co)
    check.raises("not inside a policy hook", co.cancel, co)
    check.raises("not inside a policy hook", task.wait, task)
    return self.quantum
  end }
  local reports
  rt, reports = check.under(policy, 1)
  co, task = rt:go(function() rt:sleep(neap.hour) end), rt:find(1)
  rt:go(function() rt:trigger() end)
  rt:run(50 * ms)
  same({ #reports, co.done }, { 0, false })
  rt:close()
end

function TestGo.test_a_policy_file_has_no_coroutines()
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write [[
    assert(coroutine == nil and not pcall(require, "coroutine"))
    assert(require "neap".runtime == nil)
    return require "neap".policy { name = "none", base = "rr" }]]
  file:close()
  os.rename(path, path .. ".lua")
  local rt <close> = check.runtime { policy = path .. ".lua" }
  same(rt.policy, "none")
  os.remove(path .. ".lua")
end

function TestGo.test_a_coroutine_of_the_scripts_own_inside_cannot_wait()
  local rt <close> = check.runtime()
  local co = rt:go(function()
    return select(2, pcall(coroutine.wrap(function() rt:sleep(1) end)))
  end)
  rt:run()
  luaunit.assertStrContains(co.result, "not inside a callback")
end

function TestGo.test_nobody_else_resumes_it()
  local rt <close> = check.runtime()
  local thread
  local co = rt:go(function()
    thread = coroutine.running()
    rt:sleep(5 * ms)
    return rt:now()
  end)
  rt:run(ms)
  same({ coroutine.resume(thread) }, { true })
  same({ coroutine.resume(thread) }, { true })
  rt:run()
  same(co.result, 5 * ms)
end

function TestGo.test_where_a_C_function_is_between_it_says_so()
  local rt <close> = check.runtime()
  local co = rt:go(function()
    local ok, message = pcall(table.sort, { 2, 1 }, function() rt:sleep(1) end)
    return ok or message
  end)
  rt:run()
  luaunit.assertStrContains(co.result, "cannot wait here: a function in C")
end

-- Waiting for tasks, and for each other.

function TestWait.test_for_a_task_of_virtual_time()
  local rt <close> = check.runtime()
  local task = rt:task {}
  local co = rt:go(function()
    local how, code = task:wait()
    return how, code, rt:now(), task.alive
  end)
  rt:after(7 * ms, function() task:finish(3) end)
  luaunit.assertTrue(rt:run())
  same({ co:wait() }, { "exit", 3, 7 * ms, true })
  same({ task:wait() }, { "exit", 3 })
end

function TestWait.test_for_processes_like_straight_code()
  local rt <close> = assert(neap.runtime { cpus = 1 })
  local codes = {}
  local co = rt:go(function()
    for code = 0, 2 do
      local job = assert(rt:spawn { "sh", "-c", "exit " .. code })
      codes[#codes + 1] = select(2, job:wait())
    end
  end)
  rt:after(10 * neap.s, function() rt:stop() end)
  co:wait()
  same(codes, { 0, 1, 2 })
end

function TestWait.test_many_for_one_task_go_on_in_order_behind_the_handlers()
  local rt <close> = check.runtime()
  local task, order = rt:task {}, {}
  for i = 1, 3 do
    rt:go(function()
      task:wait()
      order[#order + 1] = i
      task:wait() -- its end is being told: this is no second wait
    end)
  end
  rt:on("exit", function() order[#order + 1] = "exit" end)
  rt:after(ms, function() task:finish() end)
  rt:run()
  same(order, { "exit", 1, 2, 3 })
end

function TestWait.test_outside_it_runs_the_loop_until_the_end_and_no_longer()
  local rt <close> = check.runtime()
  rt:after(neap.hour, print)
  local co = rt:go(function()
    rt:sleep(2 * ms)
    return 1, nil, 3, nil
  end)
  local got = table.pack(co:wait())
  same({ got.n, got[1], got[3], rt:now() }, { 4, 1, 3, 2 * ms })
  same({ co.result, co.message }, { 1 })
end

function TestWait.test_what_stops_the_run_ends_the_wait()
  local rt <close> = check.runtime()
  local co = rt:go(function() rt:sleep(neap.hour) end)
  rt:after(ms, function() rt:stop() end)
  check.failed(16, "stopped before the coroutine ended", co:wait())
end

function TestWait.test_for_itself_it_cannot()
  local rt <close> = check.runtime()
  local co
  co = rt:go(function() check.raises("cannot wait for itself", co.wait, co) return "fine" end)
  rt:run()
  same(co.result, "fine")
end

function TestWait.test_two_that_wait_for_each_other_keep_no_run()
  local rt <close> = check.runtime()
  local a, b
  a = rt:go(function() b:wait() end)
  b = rt:go(function() a:wait() end)
  luaunit.assertTrue(rt:run())
  same({ a.done, b.done }, { false, false })
  b:cancel()
  rt:run()
  luaunit.assertTrue(a.done)
end

function TestWait.test_a_chain_of_thousands_does_not_nest()
  local rt <close> = check.runtime()
  local last = rt:go(function() rt:sleep(ms) return 0 end)
  for _ = 1, 5000 do
    local before = last
    last = rt:go(function() return before:wait() + 1 end)
  end
  same(last:wait(), 5000)
end

-- Errors.

function TestErrors.test_one_is_reported_and_kills_only_its_coroutine()
  local rt <close> = check.runtime()
  local reports = reports_of(rt)
  local good = rt:go(function() rt:sleep(2 * ms) return "good" end)
  local function deep() error "ouch" end
  local bad = rt:go(function()
    rt:sleep(ms)
    deep()
    return "never"
  end)
  luaunit.assertTrue(rt:run())
  same({ good.result, bad.done, bad.result }, { "good", true })
  same({ #reports, reports[1].kind }, { 1, "script" })
  luaunit.assertStrMatches(reports[1].message, ".*go_test.lua:%d+: ouch")
  luaunit.assertStrContains(reports[1].trace, "deep")
  check.failed(16, "ouch", bad:wait())
end

function TestErrors.test_who_waits_for_one_that_fails_gets_nil_and_the_message()
  local rt <close> = check.runtime()
  reports_of(rt)
  local bad = rt:go(function() rt:sleep(ms) error({}) end)
  local co = rt:go(function() return table.pack(bad:wait()) end)
  rt:run()
  same({ co.result.n, co.result[2], co.result[3] }, { 3, "(an error object: a table)", 16 })
end

function TestErrors.test_error_objects_and_what_they_raise_themselves()
  local rt <close> = check.runtime()
  local reports = reports_of(rt)
  rt:go(error, setmetatable({}, { __tostring = function() return "an object" end }))
  rt:go(error, setmetatable({}, { __tostring = function() error "worse" end }))
  rt:go(error)
  luaunit.assertTrue(rt:run())
  same({ reports[1].message, reports[2].message, reports[3].message },
    { "an object", "not enough memory", "(an error object: a nil)" })
end

function TestErrors.test_its_variables_are_closed_and_their_errors_count()
  local rt <close> = check.runtime()
  local reports = reports_of(rt)
  local closed = {}
  local function closing(name, problem)
    return setmetatable({}, { __close = function(_, e)
      closed[#closed + 1] = name .. ":" .. tostring(e):gsub(".*: ", "")
      if problem then error(problem, 0) end
    end })
  end
  rt:go(function()
    local _ <close> = closing "outer"
    local _ <close> = closing("inner", "second")
    rt:sleep(ms)
    error("first", 0)
  end)
  rt:run()
  same(closed, { "inner:first", "outer:second" })
  same({ #reports, reports[1].message }, { 1, "second" })
end

function TestErrors.test_what_the_handler_raises_ends_the_run()
  local rt <close> = check.runtime()
  rt:on("error", function() error "from the handler" end)
  rt:go(error, "x")
  check.raises("from the handler", rt.run, rt)
end

-- Ends.

function TestEnds.test_cancel_closes_its_variables_and_tells_who_waits()
  local rt <close> = check.runtime()
  local reports, closed = reports_of(rt), false
  local co = rt:go(function()
    local _ <close> = setmetatable({}, { __close = function()
      closed = true
      check.raises("being ended", rt.sleep, rt, 1)
    end })
    rt:sleep(neap.hour)
  end)
  local other = rt:go(function() return table.pack(co:wait()) end)
  rt:run(ms)
  same({ co:cancel(), closed, co.done, co.message }, { true, true, true, "cancelled" })
  check.failed(2, "ended already", co:cancel())
  rt:run()
  same({ rt:now(), other.result, #reports },
    { ms, { n = 3, nil, "cancelled", 16 }, 0 })
end

function TestEnds.test_one_that_has_not_begun_or_waits_for_a_task_is_cancelled_likewise()
  local rt <close> = check.runtime()
  local task = rt:task {}
  local unborn = rt:go(error, "never")
  unborn:cancel()
  local waits = rt:go(function() task:wait() end)
  rt:run(ms)
  waits:cancel()
  task:finish()
  luaunit.assertTrue(rt:run())
  same({ unborn.message, waits.message }, { "cancelled", "cancelled" })
end

function TestEnds.test_one_that_runs_cannot_be_cancelled()
  local rt <close> = check.runtime()
  local co
  co = rt:go(function() check.raises("the coroutine runs", co.cancel, co) return 1 end)
  rt:run()
  same(co.result, 1)
end

function TestEnds.test_closing_the_runtime_ends_them_the_youngest_first()
  local rt = check.runtime()
  local task, order = rt:task {}, {}
  local all = {}
  for i = 1, 3 do
    all[i] = rt:go(function()
      local _ <close> = setmetatable({}, { __close = function()
        order[#order + 1] = i
        same(rt:now(), ms) -- it is still there
        check.raises("being closed", rt.go, rt, print)
      end })
      if i == 2 then task:wait() elseif i == 3 then all[2]:wait() else rt:sleep(neap.hour) end
    end)
  end
  rt:run(ms)
  rt:close()
  same(order, { 3, 2, 1 })
  for i = 1, 3 do same({ all[i].done, all[i].message }, { true, "the runtime was closed" }) end
  check.failed(16, "the runtime was closed", all[1]:wait())
end

function TestEnds.test_an_error_at_the_close_is_reported()
  local rt = check.runtime()
  local reports = reports_of(rt)
  rt:go(function()
    local _ <close> = setmetatable({}, { __close = function() error("late", 0) end })
    rt:sleep(neap.hour)
  end)
  rt:run(ms)
  rt:close()
  same({ #reports, reports[1].kind, reports[1].message }, { 1, "script", "late" })
end

function TestEnds.test_a_runtime_that_nobody_holds_is_collected_with_its_coroutines()
  local weak, closed = setmetatable({}, { __mode = "k" }), 0
  do
    local rt = check.runtime()
    for _ = 1, 3 do
      local co = rt:go(function()
        local _ <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
        rt:sleep(neap.hour)
      end)
      weak[co] = true
    end
    rt:run(ms)
    weak[rt] = true
  end
  for _ = 1, 3 do collectgarbage() end
  same({ next(weak), closed }, { nil, 3 })
end

function TestEnds.test_one_whose_handle_nobody_holds_goes_on()
  local rt <close> = check.runtime()
  local seen
  rt:go(function()
    rt:sleep(ms)
    collectgarbage()
    rt:sleep(ms)
    seen = rt:now()
  end)
  rt:run(ms)
  collectgarbage()
  rt:run()
  same(seen, 2 * ms)
end

-- Many.

function TestMany.test_ten_thousand_sleep_and_end()
  local rt <close> = check.runtime()
  local ended = 0
  for i = 1, 10000 do
    rt:go(function()
      rt:sleep(i % 100 * ms)
      rt:sleep(ms)
      ended = ended + 1
    end)
  end
  rt:run()
  same({ ended, rt:now() }, { 10000, 100 * ms })
  collectgarbage()
end

function TestMany.test_ten_thousand_are_left_to_the_close()
  local rt = check.runtime()
  local task = rt:task {}
  for i = 1, 10000 do
    rt:go(function() if i % 2 == 0 then task:wait() else rt:sleep(neap.hour) end end)
  end
  rt:run(ms)
  rt:close()
end

check.main()
