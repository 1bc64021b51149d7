-- simulate_test.lua - neap.simulate{}: what goes in, what comes out.
local luaunit = require "luaunit"
local neap = require "neap"

local MS = neap.ms

-- luacheck: globals TestSimulate TestReport
TestSimulate, TestReport = {}, {}

local function simulate(workload, given)
  local options = { workload = workload, policy = "rr", tasks = true }
  for key, value in pairs(given or {}) do options[key] = value end
  return assert(neap.simulate(options))
end

local function refused(given, pattern)
  local report, problem, errno = neap.simulate(given)
  luaunit.assertNil(report)
  luaunit.assertStrMatches(problem, ".*" .. pattern .. ".*")
  luaunit.assertEquals(math.type(errno), "integer")
end

function TestSimulate.test_durations_are_texts_or_ns()
  local report = simulate { { work = { "5ms", "20ms", 5 * MS }, arrival = "1ms", times = 2 } }
  luaunit.assertEquals(report.rows[1].end_ns, 61 * MS)
  luaunit.assertEquals(report.rows[1].cpu_ns, 20 * MS)
end

function TestSimulate.test_a_function_adds_tasks_with_a_seed()
  local function work(w)
    for _ = 1, 5 do w:add { work = w:exponential "10ms" } end
  end
  local first, second = simulate(work, { seed = 7 }), simulate(work, { seed = 7 })
  luaunit.assertEquals(first.busy_ns, second.busy_ns)
  luaunit.assertNotEquals(first.busy_ns, simulate(work, { seed = 8 }).busy_ns)
  luaunit.assertEquals(first.seed, 7)
end

function TestSimulate.test_children_and_copies()
  local report = simulate { { name = "p", work = { "10ms", "1ms", "10ms" }, children = {
    { name = "c", work = "1ms", after = 1 },
    { name = "d", work = "1ms", after = "end", children = { { work = "1ms", after = "end" } } },
  } }, { name = "n", work = "1ms", count = 3, every = "5ms" } }
  luaunit.assertEquals(report.tasks, 7)
  luaunit.assertEquals(report.ended, 7)
  local copies = {}
  for _, row in ipairs(report.rows) do
    if row.name == "n" then copies[#copies + 1] = row.copy end
  end
  luaunit.assertEquals(copies, { 1, 2, 3 })
end

function TestSimulate.test_policies_by_name_path_and_table()
  local jobs = { { work = "30ms" }, { work = "10ms" }, { work = "20ms" } }
  local lifo = neap.policy { name = "lifo", starves = true, key = function(_, t) return -t.id end,
    slice = function() return neap.forever end }
  local path = os.tmpname() .. ".lua"
  local file = assert(io.open(path, "w"))
  file:write [[return require "neap".policy { name = "mine", starves = true,
    key = function(_, t) return -t.id end, slice = function() return 1 << 60 end }]]
  file:close()
  for _, policy in ipairs { lifo, path } do
    local report = simulate(jobs, { policy = policy })
    luaunit.assertEquals(report.failures, 0)
    luaunit.assertEquals(report.rows[3].end_ns, 20 * MS)
    luaunit.assertEquals(report.rows[1].end_ns, 60 * MS)
  end
  os.remove(path)
  luaunit.assertEquals(simulate(jobs, { policy = "sjf" }).policy, "sjf")
end

-- In the script's own state, too, a policy may keep handles and read them when they are stale.
function TestSimulate.test_handles_of_a_table_policy_end_with_their_task()
  local kept = {}
  local policy = neap.policy { name = "keeps", base = "fair",
    init_task = function(_, task) kept[#kept + 1] = task end }
  simulate({ { work = "10ms" }, { work = "10ms" } }, { policy = policy })
  luaunit.assertEquals(#kept, 2)
  luaunit.assertFalse(kept[1].alive)
  luaunit.assertErrorMsgContains("has ended", function() return kept[1].name end)
end

function TestSimulate.test_parameters_reach_the_policy()
  local jobs = { { work = "1s", priority = 9 }, { work = "10ms", priority = 1 } }
  local plain = simulate(jobs, { policy = "priority" })
  local aged = simulate(jobs, { policy = "priority", params = { aging = "50ms" } })
  luaunit.assertTrue(aged.rows[2].end_ns < plain.rows[2].end_ns)
end

function TestSimulate.test_a_policy_that_fails_is_replaced_and_reported()
  local report = simulate({ { work = "100ms" }, { work = "100ms" } },
    { policy = neap.policy { name = "broken", base = "fair", slice = function() error "no" end } })
  luaunit.assertEquals(report.policy, "fair")
  luaunit.assertEquals(report.ejections, 1)
  luaunit.assertEquals(report.ended, 2)
  luaunit.assertEquals(report.reports[1].kind, "failure")
  luaunit.assertStrContains(report.reports[1].message, "no")
end

function TestSimulate.test_what_is_wrong_is_named()
  refused({ workload = { { work = "1s", weight = 0 } } }, "task 1: weight must be .* not 0")
  refused({ workload = { { work = "1s" }, { name = "b", wrk = 3 } } },
    'task 2 %(b%): unknown field "wrk" %(did you mean "work"%?%)')
  refused({ workload = { { work = { "1s", "0s" } } } }, "work must be")
  refused({ workload = {} }, "no tasks")
  refused({ workload = { work = "1s" } }, "braces")
  refused({ workload = { { work = "1s", children = { { times = 0, work = 1 } } } } },
    "task 1, child 1: times must be")
  refused({ workload = { { work = "1s", after = 1 } } }, "children only")
  refused({ workload = { {} } }, "limit")
  refused({ workload = { { work = 1 } }, policy = "fairr" }, "did you mean")
  refused({ workload = { { work = 1 } }, policy = "fair", params = { x = 1 } }, 'parameter "x"')
  refused({ workload = "/nonexistent.lua" }, "cannot read /nonexistent.lua")
end

function TestSimulate.test_misuse_raises()
  luaunit.assertErrorMsgContains("workload", neap.simulate, { policy = "fair" })
  luaunit.assertErrorMsgContains('did you mean "workload"', neap.simulate, { worklod = {} })
  luaunit.assertErrorMsgContains("cpus", neap.simulate, { workload = { { work = 1 } }, cpus = 0 })
  luaunit.assertErrorMsgContains("expected a table", neap.simulate, "x")
end

function TestSimulate.test_groups_by_name_are_numbers_of_their_own()
  local seen = {}
  simulate({ { work = 1, group = "a" }, { work = 1, group = 5 }, { work = 1, group = "b" },
    { work = 1, group = "a" } }, { policy = neap.policy { name = "looks", base = "fair",
    init_task = function(_, task) seen[#seen + 1] = task.group end } })
  luaunit.assertEquals(seen, { 6, 5, 7, 6 })
end

-- The report.

function TestReport.test_the_books_balance_under_every_policy()
  local function work(w)
    for i = 1, 6 do
      w:interactive { name = "user" .. i, rounds = 20, run = "8ms", think = "30ms" }
    end
    for i = 1, 4 do
      w:add { name = "job" .. i, work = "400ms", estimate = true, weight = 50 * i }
    end
  end
  local need = {}
  for _, policy in ipairs(neap.policies()) do
    local report = simulate(work, { policy = policy.name, cpus = 2, limit = "1h" })
    luaunit.assertEquals(report.failures, 0, policy.name)
    luaunit.assertEquals(report.ended, 10, policy.name)
    local busy = 0
    for _, row in ipairs(report.rows) do
      busy = busy + row.cpu_ns
      need[row.name] = need[row.name] or row.cpu_ns
      luaunit.assertEquals(row.cpu_ns, need[row.name], policy.name)
      luaunit.assertTrue(row.wait_ns + row.cpu_ns <= row.turnaround_ns, policy.name)
    end
    luaunit.assertEquals(report.busy_ns, busy, policy.name)
    luaunit.assertTrue(report.jain > 0 and report.jain <= 1, policy.name)
  end
end

function TestReport.test_the_timeline_is_every_run_and_sleep()
  local report = simulate({ { work = { "10ms", "10ms", "10ms" } }, { work = "20ms" } },
    { timeline = true })
  local ran, slept = 0, 0
  for _, segment in ipairs(report.timeline) do
    local length = segment.to_ns - segment.from_ns
    luaunit.assertTrue(length > 0)
    if segment.cpu then ran = ran + length else slept = slept + length end
  end
  luaunit.assertEquals(ran, 40 * MS)
  luaunit.assertEquals(slept, 10 * MS)
  luaunit.assertNil(report.timeline_to_ns)
  luaunit.assertEquals(#simulate({ { work = "1s", count = 2 } }, { timeline = 5 }).timeline, 5)
end

function TestReport.test_fair_keeps_its_promise()
  local report = simulate({ { count = 2, weight = 100 }, { weight = 300 } },
    { policy = "fair", limit = "10s" })
  luaunit.assertTrue(report.limited)
  luaunit.assertEquals(report.utilisation, 1)
  luaunit.assertTrue(report.jain > 0.9999)
  luaunit.assertTrue(report.lag_ns <= 20 * MS)
end

function TestReport.test_fairness_may_be_left_out()
  local report = simulate({ { work = "1s", count = 3 } }, { fairness = false })
  luaunit.assertNil(report.jain)
  luaunit.assertEquals(report.ended, 3)
end

-- Liu & Layland, 1973: earliest deadline first meets all deadlines up to a full cpu.
function TestReport.test_edf_misses_nothing_below_a_full_cpu()
  for seed = 1, 5 do
    local report = simulate(function(w)
      w:periodic { n = 6, utilisation = 0.97, min = "20ms", max = "200ms", time = "5s" }
    end, { policy = "edf", seed = seed })
    luaunit.assertTrue(report.deadlines > 100)
    luaunit.assertEquals(report.missed, 0, "seed " .. seed)
  end
end

os.exit(luaunit.LuaUnit.run() == 0 and 0 or 1, true)
