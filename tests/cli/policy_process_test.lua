-- policy_process_test.lua - every bundled policy on real processes, within looser bounds.
--
-- The exact promises are tested in virtual time (tests/lua/policies). Here other programs take CPU
-- time from the tasks, so shares are judged by what the tasks had together, limits from above, and
-- the rest by order.
-- ctest labels: timing
-- ctest timeout: 120
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestPolicies
TestPolicies = {}

local same = luaunit.assertEquals

local LOOP = "while :; do :; done"
local MS = 1000000

-- So many rounds of a loop, about 1 ms of CPU time each, then its name.
local function work(rounds)
  return ("i=0; while [ $i -lt %d ]; do i=$((i + 1)); done; echo $0"):format(700 * rounds)
end

-- A job: its command, its name, and more keys as text.
local function job(name, command, keys)
  return ('{ "sh", "-c", %q, %q, name = %q, %s },'):format(command, name, name, keys or "")
end

-- Runs the jobs for `seconds` at most. Returns what --stats says of each by name, the answer and
-- all of the stats. The policy must not have failed, and nothing may be left.
local function run(policy, jobs, seconds, ...)
  local stats = shell.path("stats.json")
  local file = shell.file("jobs.lua", "return {" .. table.concat(jobs, "\n") .. "}")
  local answer = shell.neap {
    "run", "-p", policy, "-f", file, "--for", seconds .. "s", "--stats", stats, ...,
  }
  same(answer.code, 0, answer.err)
  local all, by_name = cjson.decode(shell.read(stats)), {}
  same({ all.policy, all.failures, all.ejections }, { policy, 0, 0 }, answer.err)
  for _, task in ipairs(all.tasks) do by_name[task.name] = task end
  return by_name, answer, all
end

-- The names that the jobs printed at their ends.
local function order(answer)
  return (answer.out:gsub("\n", " "):gsub(" $", ""))
end

-- The part of the tasks' CPU time that `name` had.
local function part(tasks, name)
  local sum = 0
  for _, task in pairs(tasks) do sum = sum + task.cpu_ns end
  return tasks[name].cpu_ns / sum
end

local function two_loops(policy, bound, ...)
  local tasks = run(policy, { job("a", LOOP, "weight = 100"), job("b", LOOP, "weight = 300") },
    1.5, "-j1", "-q", "5ms", ...)
  luaunit.assertAlmostEquals(part(tasks, "a"), 0.25, bound)
end

function TestPolicies.test_stride_divides_by_weight()
  two_loops("stride", 0.05)
end

function TestPolicies.test_eevdf_divides_by_weight()
  two_loops("eevdf", 0.05)
end

function TestPolicies.test_drr_divides_by_weight()
  two_loops("drr", 0.05)
end

function TestPolicies.test_lottery_divides_by_weight_in_the_mean()
  two_loops("lottery", 0.15)
end

function TestPolicies.test_fair_divides_by_weight()
  two_loops("fair", 0.05)
end

function TestPolicies.test_eager_divides_by_weight()
  two_loops("eager", 0.05)
end

function TestPolicies.test_round_robin_gives_turns_evenly()
  local tasks = run("round_robin", { job("a", LOOP), job("b", LOOP) }, 1, "-j1")
  luaunit.assertAlmostEquals(tasks.a.slices, tasks.b.slices, 3)
end

function TestPolicies.test_priority_runs_the_highest()
  local _, answer = run("priority", { job("low", work(30), "priority = 4"),
    job("high", work(60), "priority = 6") }, 10, "-j1")
  same(order(answer), "high low")
end

function TestPolicies.test_fifo_runs_each_to_its_end_in_order()
  local _, answer, all = run("fifo", { job("a", work(60)), job("b", work(30)), job("c", work(5)) },
    10, "-j1")
  same({ order(answer), all.preemptions }, { "a b c", 0 })
end

function TestPolicies.test_sjf_runs_the_shortest_first()
  local _, answer = run("sjf", { job("first", work(30), 'estimate = "1ms"'),
    job("long", work(60), 'estimate = "60ms"'), job("short", work(20), 'estimate = "20ms"') },
    10, "-j1")
  same(order(answer), "first short long")
end

function TestPolicies.test_srtf_runs_the_shortest_first()
  local _, answer = run("srtf", { job("long", work(100), 'estimate = "1s"'),
    job("middle", work(50), 'estimate = "400ms"'), job("short", work(5), 'estimate = "50ms"') },
    10, "-j1")
  same(order(answer), "short middle long")
end

function TestPolicies.test_las_ends_the_shortest_first_unasked()
  local _, answer = run("las", { job("long", work(300)), job("middle", work(120)),
    job("short", work(20)) }, 15, "-j1")
  same(order(answer), "short middle long")
end

function TestPolicies.test_mlfq_ends_a_short_job_beside_long_ones()
  local tasks, answer = run("mlfq", { job("a", LOOP), job("b", LOOP), job("c", LOOP),
    job("short", "sleep 0.5; " .. work(5)) }, 2.5, "-j1")
  same(order(answer), "short")
  luaunit.assertTrue(tasks.short.longest_wait_ns < 300 * MS)
end

function TestPolicies.test_edf_runs_the_earliest_deadline()
  local _, answer = run("edf", { job("late", work(50), 'deadline = "40s"'),
    job("early", work(50), 'deadline = "20s"'), job("middle", work(50), 'deadline = "30s"') },
    10, "-j1")
  same(order(answer), "early middle late")
end

function TestPolicies.test_rm_runs_the_shortest_period()
  local _, answer = run("rm", { job("long", work(50), 'period = "3s"'), job("none", work(20)),
    job("short", work(50), 'period = "1s"') }, 10, "-j1")
  same(order(answer), "short long none")
end

function TestPolicies.test_cbs_gives_a_hog_no_more_than_its_budget()
  local tasks, _, all = run("cbs", { job("hog", LOOP, 'estimate = "10ms", period = "100ms"'),
    job("rest", LOOP) }, 1.5, "-j1")
  luaunit.assertTrue(tasks.hog.cpu_ns <= 0.12 * all.wall_ns + 10 * MS)
  luaunit.assertTrue(tasks.hog.cpu_ns >= math.min(0.05 * all.wall_ns, tasks.rest.cpu_ns / 10))
end

function TestPolicies.test_cap_holds_each_to_its_quota()
  local tasks, _, all = run("cap", { job("a", LOOP), job("b", LOOP) }, 1.5, "-j1",
    "--param", "quota=8ms", "--param", "period=50ms")
  for name, task in pairs(tasks) do
    luaunit.assertTrue(task.cpu_ns <= 0.18 * all.wall_ns + 10 * MS, name)
    luaunit.assertTrue(task.cpu_ns >= 0.03 * all.wall_ns, name)
  end
end

-- It is never stopped before its children have used up its quota.
function TestPolicies.test_cap_holds_a_lone_tree_whose_leader_sleeps()
  local tree = ("(%s) & (%s) & wait"):format(LOOP, LOOP)
  local tasks, _, all = run("cap", { job("tree", tree) }, 1.5, "-j1",
    "--param", "quota=8ms", "--param", "period=50ms")
  luaunit.assertTrue(tasks.tree.cpu_ns <= 0.18 * all.wall_ns + 10 * MS)
end

function TestPolicies.test_share_holds_a_task_to_its_set_point()
  local tasks, _, all = run("share", { job("held", LOOP, 'estimate = "10ms", period = "100ms"'),
    job("rest", LOOP) }, 2, "-j1")
  luaunit.assertTrue(tasks.held.cpu_ns <= 0.13 * all.wall_ns + 10 * MS)
  luaunit.assertTrue(tasks.held.cpu_ns >= math.min(0.06 * all.wall_ns, tasks.rest.cpu_ns / 10))
end

-- 2,000 lines in each of 20 periods take about 10 ms each; alone it would write ten times that.
-- Where other work makes the periods uneven, the controller overshoots: to 1.5 times, seen.
function TestPolicies.test_share_holds_a_task_to_a_pace_of_its_own()
  local counter = shell.file("counter", "")
  local script = shell.file("pace.lua", ([[
    local neap = require "neap"
    local rt <close> = assert(neap.runtime { policy = "share", cpus = 1, params = { rate = 2000 } })
    local job = assert(rt:spawn { "sh", "-c", 'while :; do echo >>"$0"; done', %q,
      period = "100ms" })
    rt:every(20 * neap.ms, function()
      local file <close> = assert(io.open(%q))
      job.estimate = file:seek "end"
    end)
    rt:run "2s"
    print(job.estimate, rt:stats().failures)
  ]]):format(counter, counter))
  local answer = shell.neap { script }
  same(answer.code, 0, answer.err)
  local lines, failures = answer.out:match "(%d+)%s+(%d+)"
  same(failures, "0")
  lines = tonumber(lines)
  luaunit.assertTrue(lines >= 2000 and lines <= 100000, answer.out)
end

function TestPolicies.test_hier_divides_between_groups()
  local tasks = run("hier", { job("a", LOOP, "group = 1"), job("b", LOOP, "group = 1"),
    job("c", LOOP, "group = 1"), job("d", LOOP, "group = 2") }, 1.5, "-j1", "-q", "5ms",
    "--param", "tree=1:100,2:100")
  luaunit.assertAlmostEquals(part(tasks, "d"), 0.5, 0.07)
end

-- While `a` runs there is a cpu free, but not two.
function TestPolicies.test_gang_runs_the_members_together_or_not_at_all()
  if tonumber(shell.output("nproc")) < 2 then luaunit.skip("one CPU") end
  local tasks, _, all = run("gang", { job("a", LOOP, "group = 1"), job("b1", LOOP, "group = 2"),
    job("b2", LOOP, "group = 2") }, 1.5, "-j2")
  luaunit.assertAlmostEquals(tasks.b1.slices, tasks.b2.slices, 3)
  luaunit.assertAlmostEquals(tasks.b1.run_ns / tasks.b2.run_ns, 1, 0.2)
  local run_ns = tasks.a.run_ns + tasks.b1.run_ns + tasks.b2.run_ns
  luaunit.assertTrue(run_ns < 1.75 * all.wall_ns, run_ns / all.wall_ns)
end

function TestPolicies.test_batch_leaves_the_foreground_its_cpu()
  local tasks, answer = run("batch", { job("night", work(30), "priority = 2"),
    job("day", work(60)) }, 10, "-j1")
  same(order(answer), "day night")
  luaunit.assertTrue(tasks.night.slices > 0)
end

function TestPolicies.test_interactive_lets_who_sleeps_wait_less_than_rr()
  local jobs = { job("answers", "while :; do sleep 0.02; done") }
  for i = 1, 4 do jobs[#jobs + 1] = job("busy" .. i, LOOP) end
  local function mean_wait(policy)
    local task = run(policy, jobs, 2, "-j1").answers
    return task.ready_ns / task.slices
  end
  local interactive, rr = mean_wait("interactive"), mean_wait("round_robin")
  luaunit.assertTrue(interactive <= rr / 10, ("%.1f of %.1f ms"):format(interactive / MS, rr / MS))
end

-- Whoever adds a policy adds a test here.
function TestPolicies.test_none_is_left_out()
  local source = shell.read("tests/cli/policy_process_test.lua")
  for name in shell.output("ls policies"):gmatch("([%w_]+)%.[luac]+\n") do
    luaunit.assertStrContains(source, "test_" .. name .. "_")
  end
end

shell.main()
