-- runtime_test.lua - runtimes: options and their refusals, changes while they run, the counts.
--
-- ctest labels: process
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestOptions TestChanges TestCounts
TestOptions = {}
TestChanges = {}
TestCounts = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- What raises when a virtual runtime is made with this option.
local function refuses(name, value, part)
  check.raises(part, neap.runtime, { clock = "virtual", [name] = value })
end

function TestOptions.test_without_any_there_are_defaults()
  local rt <close> = assert(neap.runtime())
  same({ rt.policy, rt.quantum, rt.ideal }, { "fair", 10 * ms, "weight" })
  luaunit.assertTrue(rt.cpus >= 1)
end

function TestOptions.test_an_unknown_one_is_refused_with_a_suggestion()
  refuses("quantm", 1, 'unknown runtime option "quantm" (did you mean "quantum"?)')
  refuses(1, "fair", "unknown runtime option 1")
  check.raises("table expected", neap.runtime, "fair")
end

function TestOptions.test_a_quantum_outside_1ms_to_1s_is_refused()
  for _, quantum in ipairs { 0, 1, 999999, 1000000001, "0", "2h", "1.5s", "1.5", "999us" } do
    refuses("quantum", quantum, ("quantum: %s is out of range 1ms..1s"):format(quantum))
  end
  refuses("quantum", -1, "quantum: -1 is out of range")
end

function TestOptions.test_a_quantum_that_is_no_duration_is_refused()
  for _, quantum in ipairs { "abc", "", "-1ms", "10 parsecs", "ms", "1e3ms" } do
    refuses("quantum", quantum, ("quantum: %q is not a duration"):format(quantum))
  end
  refuses("quantum", 1.5e6 + 0.5, "is no integer")
  refuses("quantum", true, "quantum: expected nanoseconds or a text")
  refuses("quantum", "1\0ms", "contains a zero byte")
end

function TestOptions.test_a_quantum_may_be_nanoseconds_or_text()
  for given, expected in pairs { ["1ms"] = ms, ["1s"] = neap.s, ["1.5ms"] = 1500000,
    ["20000us"] = 20 * ms, ["5000000"] = 5 * ms, [2 * ms] = 2 * ms, [7e6] = 7 * ms } do
    local rt <close> = check.runtime { quantum = given }
    same(rt.quantum, expected)
    luaunit.assertTrue(math.type(rt.quantum) == "integer")
  end
end

function TestOptions.test_values_of_a_wrong_type_or_range_are_refused_by_name()
  refuses("cpus", 0, "cpus: 0 is out of range 1..1024")
  refuses("cpus", 1025, "cpus: 1025 is out of range 1..1024")
  refuses("cpus", "2", "cpus: expected an integer, got a string")
  refuses("cpus", 1.5, "cpus: 1.5 is no integer")
  refuses("max_alive", 0, "max_alive: 0 is out of range")
  refuses("seed", "x", "seed: expected an integer")
  refuses("confine", 1, "confine: expected true or false")
  refuses("on_death", "die", 'on_death: "die" is not "continue" or "end"')
  refuses("grace", -1, "grace: -1 is out of range")
  refuses("guard", 1, "guard: expected a string")
  refuses("policy", 1, "policy: expected a name, a path or a table")
  refuses("params", 1, "params: expected a table")
  refuses("params", { x = {} }, "parameter x: expected a number, a string or a boolean")
  refuses("params", { 1 }, "params: a name must be a string")
  check.raises('clock: "wall" is not "live" or "virtual"', neap.runtime, { clock = "wall" })
end

function TestOptions.test_an_unknown_policy_is_an_expected_failure_with_a_suggestion()
  check.failed(2, 'unknown policy "fairr" (did you mean "fair"?)',
    neap.runtime { policy = "fairr" })
  check.failed(2, '(did you mean "lottery"?)', neap.runtime { policy = "lotery" })
  check.failed(2, 'unknown policy ""', neap.runtime { policy = "" })
end

function TestOptions.test_parameters_that_the_policy_does_not_have_are_refused()
  check.failed(71, 'has no parameter "agng" (did you mean "aging"?)',
    neap.runtime { clock = "virtual", policy = "priority", params = { agng = 1 } })
  check.failed(71, 'policy fair: has no parameter "aging"',
    neap.runtime { clock = "virtual", policy = "fair", params = { aging = 1 } })
  luaunit.assertStrContains(select(2, neap.runtime { clock = "virtual", policy = "priority",
    params = { aging = "soon" } }), 'parameter aging = "soon": expected a duration')
end

function TestOptions.test_more_cpus_than_there_are_is_an_expected_failure_on_the_live_clock()
  check.failed(34, "the CPUs that this process may use", neap.runtime { cpus = 1024 })
  local rt <close> = check.runtime { cpus = 1024 }
  same(rt.cpus, 1024)
end

function TestOptions.test_aliases_stand_for_their_policies()
  for alias, name in pairs { rr = "round_robin", prio = "priority", cfs = "fair", wfq = "drr" } do
    local rt <close> = check.runtime { policy = alias }
    same(rt.policy, name)
  end
end

function TestOptions.test_the_ideal_is_the_policys()
  local promised = { rr = "equal", fair = "weight", lottery = "weight", eager = "weight" }
  for policy, ideal in pairs(promised) do
    local rt <close> = check.runtime { policy = policy }
    same(rt.ideal, ideal)
  end
  for _, policy in ipairs { "priority", "sjf" } do
    local rt <close> = check.runtime { policy = policy }
    luaunit.assertNil(rt.ideal)
  end
end

function TestOptions.test_fields_are_read_only_and_unknown_ones_are_errors()
  local rt <close> = check.runtime()
  check.refuses_field("read-only", rt, "quantum", 1)
  check.refuses_field("read-only", rt, "data", 1)
  check.raises('a runtime has no field "qantum" (did you mean "quantum"?)', function()
    return rt.qantum
  end)
  same(tostring(rt), "runtime (round_robin)")
end

function TestOptions.test_max_alive_lets_so_many_compete_and_admits_the_next_by_priority()
  local rt <close> = check.runtime { max_alive = 2 }
  local first, _ = rt:task {}, rt:task {}
  local low, high = rt:task { priority = 1 }, rt:task { priority = 9 }
  rt:run(100 * ms)
  same({ rt:stats().active, rt:stats().waiting, low.cpu_ns, high.cpu_ns }, { 4, 2, 0, 0 })
  first:finish()
  rt:run(100 * ms)
  same({ low.cpu_ns, high.cpu_ns > 0, rt:stats().waiting }, { 0, true, 1 })
end

-- Changes.

local function run_turns(rt, time)
  local turns = {}
  local handler = rt:on("switch", function(_, _, to)
    if to then turns[#turns + 1] = to.id end
  end)
  rt:run(time)
  rt:off("switch", handler)
  return table.concat(turns, " ")
end

function TestChanges.test_set_quantum_holds_from_the_next_slice()
  local rt <close> = check.runtime()
  local a = rt:task {}
  rt:task {}
  rt:run(5 * ms)
  luaunit.assertTrue(rt:set_quantum "20ms")
  same(rt.quantum, 20 * ms)
  rt:run(5 * ms)
  same({ a.cpu_ns, rt:current(0).id }, { 10 * ms, 2 })
  rt:run(19 * ms)
  same(rt:current(0).id, 2)
  rt:run(1 * ms)
  same(rt:current(0).id, 1)
end

function TestChanges.test_set_quantum_outside_its_range_changes_nothing()
  local rt <close> = check.runtime()
  for _, quantum in ipairs { 0, "2h", neap.s + 1 } do
    check.raises("is out of range 1ms..1s", rt.set_quantum, rt, quantum)
  end
  check.raises("quantum", rt.set_quantum, rt)
  check.raises('"abc" is not a duration', rt.set_quantum, rt, "abc")
  same(rt.quantum, 10 * ms)
end

function TestChanges.test_set_cpus_gives_and_takes_places()
  local rt <close> = check.runtime()
  for _ = 1, 3 do rt:task {} end
  rt:run(0)
  luaunit.assertTrue(rt:set_cpus(3))
  rt:run(0)
  same({ rt:current(0).id, rt:current(1).id, rt:current(2).id }, { 1, 2, 3 })
  rt:set_cpus(1)
  rt:run(0)
  same({ rt:current(0).id, rt:find(2).state, rt:find(3).state }, { 1, "ready", "ready" })
  luaunit.assertNil(rt:current(1))
  check.raises("cpus: 0 is out of range 1..1024", rt.set_cpus, rt, 0)
  check.raises("cpus: expected an integer, got a string", rt.set_cpus, rt, "2")
  same(rt.cpus, 1)
end

function TestChanges.test_more_cpus_than_there_are_cannot_be_set_live()
  local rt <close> = assert(neap.runtime { cpus = 1 })
  check.failed(34, "the CPUs that this process may use", rt:set_cpus(1024))
  same(rt.cpus, 1)
end

function TestChanges.test_set_policy_keeps_tasks_and_accounts()
  local rt <close> = check.runtime()
  for i = 1, 5 do rt:task { priority = i } end
  rt:run(25 * ms)
  for _, policy in ipairs { "priority", "fair", "lottery", "sjf", "eager", "rr" } do
    luaunit.assertTrue(rt:set_policy(policy))
    rt:run(25 * ms)
  end
  local sum = 0
  for task in rt:tasks() do sum = sum + task.cpu_ns end
  same({ sum, rt.policy, rt:stats().active }, { 175 * ms, "round_robin", 5 })
end

function TestChanges.test_a_policy_that_cannot_be_set_leaves_the_old_one()
  local rt <close> = check.runtime()
  check.failed(2, 'unknown policy "rrr" (did you mean', rt:set_policy "rrr")
  check.failed(71, 'has no parameter "x"', rt:set_policy("fair", { x = 1 }))
  check.failed(2, "cannot read policy file /no/such.lua", rt:set_policy "/no/such.lua")
  check.raises("params: expected a table", rt.set_policy, rt, "fair", 1)
  check.raises("policy: expected a name", rt.set_policy, rt, 1)
  same(rt.policy, "round_robin")
end

function TestChanges.test_set_policy_takes_parameters()
  local rt <close> = check.runtime { policy = "priority" }
  local low = rt:task { priority = 1 }
  rt:task { priority = 9 }
  rt:run(neap.s)
  same(low.cpu_ns, 0)
  luaunit.assertTrue(rt:set_policy("priority", { aging = "20ms" }))
  rt:run(neap.s)
  luaunit.assertTrue(low.cpu_ns > 0)
end

function TestChanges.test_a_refused_policy_in_lua_can_be_set_later()
  local picky = neap.policy { name = "picky" }
  function picky:init_task(task)
    if task.name == "bad" then return nil, "not that one" end
  end
  local rt <close> = check.runtime()
  local bad = rt:task { name = "bad" }
  rt:run(5 * ms)
  check.failed(71, "not that one", rt:set_policy(picky))
  same({ rt.policy, bad.state }, { "round_robin", "running" })
  bad.name = "good"
  luaunit.assertTrue(rt:set_policy(picky))
  same(rt.policy, "picky")
  check.failed(71, "not that one", rt:task { name = "bad" })
  same(rt:stats().active, 1)
end

function TestChanges.test_while_the_scheduler_is_paused_virtual_time_is_nobodys()
  local rt <close> = check.runtime()
  local a, b = rt:task {}, rt:task {}
  rt:run(5 * ms)
  luaunit.assertTrue(rt:pause())
  check.failed(16, "paused already", rt:pause())
  rt:run(neap.s)
  same({ a.cpu_ns, b.cpu_ns }, { 5 * ms, 0 })
  same({ a:stats().paused_ns, b:stats().paused_ns }, { neap.s, neap.s })
  luaunit.assertTrue(rt:resume())
  check.failed(16, "not paused", rt:resume())
  rt:run(5 * ms)
  same({ a.cpu_ns, rt:current(0).id }, { 10 * ms, 2 })
end

function TestChanges.test_a_slice_that_was_cut_while_paused_keeps_its_rest()
  local rt <close> = check.runtime { cpus = 2 }
  for _ = 1, 3 do rt:task {} end
  rt:run(4 * ms)
  rt:pause()
  rt:run(neap.s)
  rt:set_cpus(1)
  rt:resume()
  rt:run(6 * ms)
  same({ rt:current(0).id, rt:find(1).cpu_ns, rt:find(2).cpu_ns }, { 2, 10 * ms, 4 * ms })
  rt:run(5 * ms)
  same(rt:current(0).id, 2)
  rt:run(1 * ms)
  same({ rt:current(0).id, rt:find(2).cpu_ns }, { 3, 10 * ms })
end

function TestChanges.test_trigger_and_yield_end_slices_now()
  local rt <close> = check.runtime()
  for _ = 1, 3 do rt:task {} end
  rt:run(2 * ms)
  luaunit.assertTrue(rt:trigger())
  rt:run(2 * ms)
  luaunit.assertTrue(rt:yield())
  rt:run(2 * ms)
  same({ rt:current(0).id, rt:find(1).cpu_ns, rt:find(2).cpu_ns, rt:find(3).cpu_ns },
    { 3, 2 * ms, 2 * ms, 2 * ms })
  check.failed(16, "no task runs on cpu 1", rt:yield(1))
  check.raises("cpu: -1 is out of range", rt.yield, rt, -1)
end

function TestChanges.test_yield_and_trigger_leave_a_task_alone_on_its_cpu()
  local rt <close> = check.runtime()
  local a = rt:task {}
  rt:run(2 * ms)
  rt:yield(0)
  rt:trigger()
  rt:run(2 * ms)
  same({ a.state, a.cpu_ns, a.preemptions, rt:stats().context_switches },
    { "running", 4 * ms, 0, 1 })
end

function TestChanges.test_turns_are_those_of_the_policy()
  local rt <close> = check.runtime()
  for _ = 1, 3 do rt:task {} end
  same(run_turns(rt, 59 * ms), "1 2 3 1 2 3")
end

-- Counts.

function TestCounts.test_stats_of_a_runtime_have_these_keys()
  local rt <close> = check.runtime()
  same(check.keys(rt:stats()), { "active", "clamped", "context_switches", "counters", "cpus",
    "decisions", "dispatches", "ejections", "escaped", "failures", "forced", "late_ns",
    "late_ticks", "missed_ticks", "neap_cpu_ns", "policy", "preemptions", "quantum_ns", "ticks",
    "voluntary",
    "waiting", "wall_ns" })
  same(rt:stats().counters, {})
end

function TestCounts.test_stats_of_a_task_have_the_keys_of_the_stats_file()
  local rt <close> = assert(neap.runtime { cpus = 1 })
  local expected = { "blocked_ns", "cpu_ns", "cpu_source", "escaped", "forced", "id",
    "longest_wait_ns", "name", "paused_ns", "preemptions", "priority", "ready_ns", "run_ns",
    "slices", "start_ns", "vruntime_ns",
    "wall_ns", "weight" }
  same(check.keys(rt:task({}):stats()), expected)
  table.insert(expected, 10, "pid")
  local run = assert(rt:spawn { "sleep", "100" })
  rt:run(300 * ms)
  same(check.keys(run:stats()), expected)
end

function TestCounts.test_they_count()
  local rt <close> = check.runtime()
  local a = rt:task {}
  rt:task {}
  rt:run(35 * ms)
  rt:yield()
  rt:run(5 * ms)
  a:finish()
  rt:run(0)
  local s = rt:stats()
  same({ s.policy, s.cpus, s.quantum_ns, s.wall_ns, s.active, s.waiting },
    { "round_robin", 1, 10 * ms, 40 * ms, 1, 0 })
  same({ s.dispatches, s.context_switches, s.preemptions, s.voluntary, s.late_ticks, s.late_ns },
    { 6, 6, 3, 2, 0, 0 })
  same({ s.failures, s.ejections, s.clamped }, { 0, 0, 0 })
end

function TestCounts.test_one_task_alone_costs_no_decisions_and_loses_nothing()
  local rt <close> = check.runtime { policy = "fair" }
  local a = rt:task {}
  rt:run(neap.hour)
  local s = rt:stats()
  same({ a.cpu_ns, a.preemptions, s.context_switches, s.dispatches }, { neap.hour, 0, 1, 1 })
  luaunit.assertTrue(s.decisions < 5)
end

function TestCounts.test_who_lost_a_cpu_and_then_ended_was_not_preempted()
  local rt <close> = check.runtime()
  local a = rt:task {}
  rt:run(ms)
  rt:trigger()
  a:finish()
  rt:task {}
  rt:run(ms)
  same(rt:stats().preemptions, 0)
end

function TestCounts.test_the_same_seed_gives_the_same_run_and_another_seed_another()
  local function turns(seed)
    local rt <close> = check.runtime { policy = "lottery", seed = seed }
    for i = 1, 4 do rt:task { weight = 100 * i } end
    return run_turns(rt, 2 * neap.s)
  end
  same(turns(7), turns(7))
  same(turns(nil), turns(1))
  luaunit.assertNotEquals(turns(7), turns(8))
  luaunit.assertNotEquals(turns(-7), turns(7))
end

function TestCounts.test_constants_and_small_functions()
  same({ neap.ns, neap.us, neap.ms, neap.s, neap.minute, neap.hour, neap.forever },
    { 1, 1000, 1000000, 1000000000, 60000000000, 3600000000000, math.maxinteger })
  luaunit.assertStrMatches(neap.version, "%d+%.%d+%.%d+")
  same({ neap.duration "1.5s", neap.duration(7), neap.duration "2h" },
    { 1500000000, 7, 2 * neap.hour })
  check.raises('"soon" is not a duration', neap.duration, "soon")
  check.raises("out of range", neap.duration, -1)
  check.raises("value expected", neap.duration)
  local weights = {}
  for priority = 0, 10 do weights[#weights + 1] = neap.weight(priority) end
  same(weights, { 33, 41, 51, 64, 80, 100, 125, 156, 195, 244, 305 })
  check.raises("priority: 11 is out of range 0..10", neap.weight, 11)
  same(neap.suggest("prioritty", { "name", "priority" }), "priority")
  luaunit.assertNil(neap.suggest("xyz", { "name", "priority" }))
end

function TestCounts.test_the_bundled_policies_are_listed_by_name()
  local names = {}
  for i, policy in ipairs(neap.policies()) do
    names[i] = policy.name
    luaunit.assertIsString(policy.summary)
    luaunit.assertTrue(policy.language == "C" or policy.language == "Lua")
  end
  local files, pipe <close> = {}, assert(io.popen "ls policies")
  for line in pipe:lines() do
    files[#files + 1] = line:match("^(.*)%.lua$") or line:match("^(.*)%.c$")
  end
  table.sort(files)
  same(names, files)
end

check.main()
