-- task_test.lua - tasks: their keys, fields and methods, and what is left when they have ended.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestMaking TestFields TestMethods TestEnded
TestMaking = {}
TestFields = {}
TestMethods = {}
TestEnded = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Making.

function TestMaking.test_an_empty_table_makes_a_task_with_defaults()
  local rt <close> = check.runtime()
  local t = rt:task {}
  same({ t.id, t.name, t.state, t.priority, t.weight, t.cpu_ns, t.slices, t.alive },
    { 1, "task", "ready", 5, 100, 0, 0, true })
  same({ t.estimate, t.deadline, t.period, t.group, t.vruntime, t.wait_ns, t.preemptions },
    { 0, 0, 0, 0, 0, 0, 0 })
  same({ t.pid, t.cpu, t.affinity, t.data }, {})
end

function TestMaking.test_every_key_arrives()
  local rt <close> = check.runtime()
  local data = {}
  local t = rt:task { name = "x", priority = 7, weight = 300, estimate = "1s", deadline = 5,
    period = "10ms", group = 9, data = data }
  same({ t.name, t.priority, t.weight, t.estimate, t.deadline, t.period, t.group },
    { "x", 7, 300, neap.s, 5, 10 * ms, 9 })
  luaunit.assertTrue(rawequal(t.data, data))
  same(tostring(t), "task 1 (x)")
end

function TestMaking.test_the_weight_follows_the_priority_unless_it_is_given()
  local rt <close> = check.runtime()
  same(rt:task { priority = 8 }.weight, neap.weight(8))
  same(rt:task { priority = 0 }.priority, 0)
  same(rt:task { priority = 8, weight = 1 }.weight, 1)
end

function TestMaking.test_unknown_keys_and_wrong_values_are_refused_by_name()
  local rt <close> = check.runtime()
  for _, case in ipairs {
    { { prioritty = 1 }, 'unknown task key "prioritty" (did you mean "priority"?)' },
    { { env = {} }, 'unknown task key "env"' },
    { { "make" }, "unknown task key 1" },
    { { priority = 11 }, "priority: 11 is out of range 0..10" },
    { { priority = -1 }, "priority: -1 is out of range 0..10" },
    { { priority = "5" }, "priority: expected an integer, got a string" },
    { { priority = 5.5 }, "priority: 5.5 is no integer" },
    { { weight = 0 }, "weight: 0 is out of range 1..10000" },
    { { weight = 10001 }, "weight: 10001 is out of range 1..10000" },
    { { estimate = -1 }, "estimate: -1 is out of range" },
    { { deadline = "later" }, 'deadline: "later" is not a duration' },
    { { period = {} }, "period: expected nanoseconds or a text" },
    { { group = -1 }, "group: -1 is out of range" },
    { { name = 5 }, "name: expected a string, got a number" },
    { { name = "a\0b" }, "name: the string contains a zero byte" },
  } do check.raises(case[2], rt.task, rt, case[1]) end
  check.raises("table expected", rt.task, rt, "x")
  check.raises("table expected", rt.task, rt)
  same(rt:stats().active, 0)
end

function TestMaking.test_ids_grow_and_are_never_used_again()
  local rt <close> = check.runtime()
  rt:task {}
  rt:task {}:finish()
  rt:run(0)
  same(rt:task({}).id, 3)
  pcall(rt.task, rt, { priority = 11 })
  same(rt:task({}).id, 4)
end

function TestMaking.test_tasks_are_walked_in_order_of_id_while_they_come_and_go()
  local rt <close> = check.runtime()
  for _ = 1, 5 do rt:task {} end
  local seen = {}
  for task in rt:tasks() do
    seen[#seen + 1] = task.id
    if task.id == 2 then
      rt:find(3):finish()
      rt:run(0)
      rt:task {}
    end
  end
  same(seen, { 1, 2, 4, 5, 6 })
end

function TestMaking.test_find_and_current_give_the_one_handle_of_a_task_or_nil()
  local rt <close> = check.runtime()
  local t = rt:task {}
  luaunit.assertTrue(rawequal(rt:find(1), t))
  luaunit.assertNil(rt:current(0))
  rt:run(0)
  luaunit.assertTrue(rawequal(rt:current(0), t))
  same({ rt:find(0), rt:find(2), rt:find(-1), rt:find(math.maxinteger), rt:current(1) }, {})
  check.raises("id: expected an integer", rt.find, rt, "1")
  check.raises("cpu: expected an integer", rt.current, rt)
  check.raises("cpu: -1 is out of range", rt.current, rt, -1)
  for task in rt:tasks() do luaunit.assertTrue(rawequal(task, t)) end
end

-- Fields.

function TestFields.test_assignments_are_seen()
  local rt <close> = check.runtime()
  local t = rt:task {}
  t.name, t.estimate, t.deadline, t.period, t.group = "new", "2s", 7, 1e6, 3
  same({ t.name, t.estimate, t.deadline, t.period, t.group }, { "new", 2 * neap.s, 7, ms, 3 })
  t.priority = 10
  same({ t.priority, t.weight }, { 10, 305 })
  t.weight = 9
  same({ t.priority, t.weight }, { 10, 9 })
  t.data = rt
  luaunit.assertTrue(rawequal(t.data, rt))
  t.data = nil
  luaunit.assertNil(t.data)
end

function TestFields.test_values_out_of_range_change_nothing()
  local rt <close> = check.runtime()
  local t = rt:task { name = "x" }
  for _, case in ipairs {
    { "priority", 11, "priority: 11 is out of range 0..10" },
    { "priority", -1, "priority: -1 is out of range 0..10" },
    { "priority", "high", "priority: expected an integer" },
    { "priority", nil, "priority: expected an integer, got a nil" },
    { "priority", 1 << 32, "priority: 4294967296 is out of range" },
    { "weight", 0, "weight: 0 is out of range 1..10000" },
    { "weight", 10001, "weight: 10001 is out of range 1..10000" },
    { "weight", 0.5, "weight: 0.5 is no integer" },
    { "estimate", -1, "estimate: -1 is out of range" },
    { "deadline", "x", '"x" is not a duration' },
    { "period", {}, "period: expected nanoseconds" },
    { "group", -1, "group: -1 is out of range" },
    { "name", "", "a name that is not empty" },
    { "name", 1, "name: expected a string" },
    { "affinity", {}, "the list names no cpu" },
    { "affinity", { 1 }, "leaves task 1 none of the 1 cpus" },
    { "affinity", { -1 }, "affinity: -1 is out of range" },
    { "affinity", { 1024 }, "affinity: 1024 is out of range" },
    { "affinity", { "0" }, "affinity: expected an integer" },
    { "affinity", 0, "affinity: expected a list of cpus" },
  } do check.refuses_field(case[3], t, case[1], case[2]) end
  same({ t.name, t.priority, t.weight, t.estimate, t.group }, { "x", 5, 100, 0, 0 })
  luaunit.assertNil(t.affinity)
end

function TestFields.test_what_the_runtime_measures_is_read_only()
  local rt <close> = check.runtime()
  local t = rt:task {}
  for _, field in ipairs { "id", "pid", "state", "cpu_ns", "wait_ns", "slices", "preemptions",
    "vruntime", "cpu", "alive" } do
    check.refuses_field(('task field "%s" is read-only'):format(field), t, field, 1)
  end
  check.refuses_field('task method "boost" is read-only', t, "boost", print)
end

function TestFields.test_unknown_fields_are_errors_with_a_suggestion()
  local rt <close> = check.runtime()
  local t = rt:task {}
  check.raises('a task has no field "prioritty" (did you mean "priority"?)', function()
    return t.prioritty
  end)
  check.refuses_field('a task has no field "wieght" (did you mean "weight"?)', t, "wieght", 1)
  check.raises("named by strings, not by a number", function() return t[1] end)
  check.refuses_field("a task has no field", t, "own", 1)
end

function TestFields.test_affinity_binds_a_task_to_cpus()
  local rt <close> = check.runtime { cpus = 3 }
  local t = rt:task {}
  rt:run(5 * ms)
  same(t.cpu, 0)
  t.affinity = { 2, 1 }
  same(t.affinity, { 1, 2 })
  rt:run(5 * ms)
  same({ t.cpu, t:may_use(0), t:may_use(1) }, { 1, false, true })
  check.failed(22, "would leave task 1", rt:set_cpus(1))
  t.affinity = nil
  luaunit.assertNil(t.affinity)
  luaunit.assertTrue(rt:set_cpus(1))
  rt:run(5 * ms)
  same({ t.cpu, t.cpu_ns }, { 0, 15 * ms })
end

function TestFields.test_the_times_of_a_task_are_disjoint_and_add_up()
  local rt <close> = check.runtime()
  local t = rt:task {}
  rt:task {}
  rt:run(25 * ms) -- runs 15, waits 10
  t:block()
  rt:run(7 * ms)
  t:wake()
  rt:run(8 * ms) -- runs 5, waits 3
  t:pause()
  rt:run(4 * ms)
  local s = t:stats()
  same({ s.start_ns, s.run_ns, s.blocked_ns, s.paused_ns }, { 0, s.cpu_ns, 7 * ms, 4 * ms })
  same(s.run_ns + s.ready_ns, 33 * ms)
  same({ s.wall_ns, t.wait_ns, s.longest_wait_ns }, { 44 * ms, s.ready_ns, 10 * ms })
end

function TestFields.test_accounts_are_true_inside_callbacks_and_after_wait()
  local rt <close> = check.runtime { cpus = 2 }
  local a, b, c = rt:task {}, rt:task {}, rt:task {}
  local seen = {}
  rt:after(3 * ms, function()
    seen[1] = a.cpu_ns
    a:block()
  end)
  rt:on("switch", function() seen[2] = b.cpu_ns end)
  rt:after(4 * ms, function() a:wake() end)
  rt:after(5 * ms, function() a:finish() end)
  rt:on("exit", function() seen[3] = c.cpu_ns end)
  a:wait()
  same(seen, { 3 * ms, 3 * ms, 2 * ms })
  same({ b.cpu_ns, c.cpu_ns }, { 5 * ms, 2 * ms })
end

-- Methods.

function TestMethods.test_boost_and_lower_step_and_fail_at_the_ends()
  local rt <close> = check.runtime()
  local t = rt:task { priority = 9 }
  luaunit.assertTrue(t:boost())
  check.failed(34, "has the highest priority, 10, already", t:boost())
  same({ t.priority, t.weight }, { 10, 305 })
  t.priority = 1
  luaunit.assertTrue(t:lower())
  check.failed(34, "has the lowest priority, 0, already", t:lower())
  same({ t.priority, t.weight }, { 0, 33 })
end

function TestMethods.test_set_priority_and_set_weight_check_their_ranges()
  local rt <close> = check.runtime()
  local t = rt:task {}
  luaunit.assertTrue(t:set_priority(0))
  luaunit.assertTrue(t:set_weight(10000))
  same({ t.priority, t.weight }, { 0, 10000 })
  check.raises("priority: 11 is out of range 0..10", t.set_priority, t, 11)
  check.raises("weight: 0 is out of range 1..10000", t.set_weight, t, 0)
  check.raises("weight: expected an integer, got a nil", t.set_weight, t)
end

function TestMethods.test_states_refuse_what_they_cannot_do()
  local rt <close> = check.runtime()
  local t, other = rt:task {}, rt:task { name = "other" }
  check.failed(16, "task 1 (task) cannot be blocked: it is ready", t:block())
  check.failed(16, "cannot be woken: it is ready", t:wake())
  check.failed(16, "cannot be resumed: it is ready", t:resume())
  check.failed(16, "cannot be made to yield: it is ready", t:yield())
  rt:run(0)
  check.failed(16, "cannot be woken: it is running", t:wake())
  luaunit.assertTrue(t:block())
  check.failed(16, "cannot be made to yield: it is blocked", t:yield())
  luaunit.assertTrue(t:wake())
  luaunit.assertTrue(t:pause())
  check.failed(16, "cannot be paused: it is paused", t:pause())
  check.failed(16, "cannot be blocked: it is paused", t:block())
  luaunit.assertTrue(t:resume())
  same({ t.state, other.state }, { "ready", "ready" })
end

function TestMethods.test_a_paused_task_runs_no_nanosecond()
  local rt <close> = check.runtime()
  local t = rt:task {}
  rt:run(4 * ms)
  t:pause()
  same({ t.state, t.cpu }, { "paused" })
  rt:run(neap.s)
  same(t.cpu_ns, 4 * ms)
  t:resume()
  rt:run(4 * ms)
  same(t.cpu_ns, 8 * ms)
end

function TestMethods.test_yield_gives_the_rest_of_the_slice_away()
  local rt <close> = check.runtime()
  local t, other = rt:task {}, rt:task {}
  rt:run(3 * ms)
  luaunit.assertTrue(t:yield())
  rt:run(10 * ms)
  same({ t.cpu_ns, other.cpu_ns, rt:current(0).id }, { 3 * ms, 10 * ms, 1 })
end

function TestMethods.test_finish_ends_with_a_code()
  local rt <close> = check.runtime()
  local ends = {}
  rt:on("exit", function(task, how, code) ends[#ends + 1] = { task.id, how, code, task.state } end)
  rt:task {}:finish()
  rt:task {}:finish(7)
  local t = rt:task {}
  check.raises("code: 256 is out of range 0..255", t.finish, t, 256)
  check.raises("code: expected an integer", t.finish, t, "1")
  rt:run(0)
  same(ends, { { 1, "exit", 0, "ended" }, { 2, "exit", 7, "ended" } })
end

function TestMethods.test_deadly_signals_end_a_virtual_task_and_others_do_not()
  local rt <close> = check.runtime()
  local ends = {}
  rt:on("exit", function(task, how, code) ends[task.id] = how .. " " .. code end)
  for _, signal in ipairs { "TERM", "SIGKILL", 2, "HUP", 3, "USR1", "CONT", 64 } do
    luaunit.assertTrue(rt:task({}):signal(signal))
  end
  rt:task {}:kill()
  rt:task {}:kill "now"
  rt:run(0)
  same(ends, { "signal 15", "signal 9", "signal 2", "signal 1", "signal 3", [9] = "signal 15",
    [10] = "signal 15" })
  same(rt:stats().active, 3)
end

function TestMethods.test_signals_and_modes_that_do_not_exist_are_refused()
  local rt <close> = check.runtime()
  local t = rt:task {}
  check.raises('unknown signal "TREM" (did you mean "TERM"?)', t.signal, t, "TREM")
  check.raises("signal: 0 is out of range 1..64", t.signal, t, 0)
  check.raises("signal: 65 is out of range 1..64", t.signal, t, 65)
  check.raises("signal: expected a string", t.signal, t)
  check.raises('kill: "hard" is not "grace" or "now"', t.kill, t, "hard")
  luaunit.assertTrue(t.alive)
end

function TestMethods.test_wait_runs_the_loop_until_the_task_has_ended()
  local rt <close> = check.runtime()
  local t, other = rt:task {}, rt:task {}
  rt:after(25 * ms, function() t:finish(3) end)
  same({ t:wait() }, { "exit", 3 })
  same({ rt:now(), t.alive, other.alive }, { 25 * ms, false, true })
  same({ t:wait() }, { "exit", 3 })
  check.failed(40, "does not end by itself", other:wait())
  rt:after(ms, function() rt:stop() end)
  check.failed(16, "stopped before task 2 ended", other:wait())
end

function TestMethods.test_methods_want_a_task()
  local rt <close> = check.runtime()
  local t = rt:task {}
  for _, method in ipairs { "boost", "lower", "pause", "resume", "wait", "yield", "block", "wake",
    "finish", "stats", "kill" } do
    check.raises("task expected", t[method], {})
    check.raises("task expected", t[method])
    check.raises("task expected", t[method], rt)
  end
  check.raises("runtime expected", rt.run, t)
  check.raises("runtime expected", rt.run)
end

-- Ended.

local function ended()
  local rt = check.runtime()
  local t = rt:task { name = "gone", data = 1 }
  t:finish(4)
  rt:run(0)
  return t, rt
end

function TestEnded.test_only_alive_and_wait_are_left()
  local t, rt = ended()
  same({ t.alive, tostring(t) }, { false, "task 1 (ended)" })
  for _, field in ipairs { "id", "name", "pid", "state", "priority", "weight", "cpu_ns", "wait_ns",
    "slices", "preemptions", "vruntime", "estimate", "deadline", "period", "group", "affinity",
    "cpu", "data" } do
    check.raises("task 1 has ended", function() return t[field] end)
    check.refuses_field("task 1 has ended", t, field, 1)
  end
  for _, method in ipairs { "boost", "lower", "set_priority", "set_weight", "pause", "resume",
    "signal", "kill", "yield", "block", "wake", "finish", "stats", "may_use" } do
    check.raises("task 1 has ended", function() return t[method](t) end)
  end
  check.raises('a task has no field "x"', function() return t.x end)
  same({ t:wait() }, { "exit", 4 })
  luaunit.assertNil(rt:find(1))
  rt:close()
  same({ t.alive, t:wait() }, { false, "exit", 4 })
end

function TestEnded.test_a_handle_outlives_its_runtime()
  local t
  do
    local rt <close> = check.runtime()
    t = rt:task {}
    rt:run(ms)
    luaunit.assertTrue(t.alive)
  end
  luaunit.assertFalse(t.alive)
  check.raises("task 1 has ended", function() return t.name end)
  same({ t:wait() }, { "ended", 0 })
  collectgarbage()
  collectgarbage()
  same(tostring(t), "task 1 (ended)")
end

function TestEnded.test_a_handle_alone_keeps_its_runtime_alive()
  local t = check.runtime():task {}
  collectgarbage()
  collectgarbage()
  luaunit.assertTrue(t.alive)
  t.priority = 3
  same(t.priority, 3)
end

function TestEnded.test_one_whose_end_is_not_told_yet_may_be_waited_for()
  local rt <close> = check.runtime()
  local t = rt:task {}
  t:finish(9)
  same({ t:wait() }, { "exit", 9 })
end

function TestEnded.test_finishing_twice_in_one_turn_is_refused()
  local rt <close> = check.runtime()
  local t = rt:task {}
  luaunit.assertTrue(t:finish())
  check.failed(3, "no task 1, or it has ended", t:finish())
  check.failed(3, "no task 1, or it has ended", t:kill())
  check.failed(3, "no task 1, or it has ended", t:boost())
end

check.main()
