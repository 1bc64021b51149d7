-- stats_test.lua - the figures of a run: the JSON of --stats and the table on stderr.
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestStats
TestStats = {}
-- luacheck: globals TestTable
TestTable = {}

local RUN_KEYS = {
  "cpus", "quantum_ns", "wall_ns", "neap_cpu_ns", "decisions", "dispatches", "context_switches",
  "preemptions", "late_ticks", "active",
}
local TASK_KEYS = {
  "id", "pid", "priority", "weight", "code", "cpu_ns", "wall_ns", "start_ns", "run_ns", "ready_ns",
  "blocked_ns", "paused_ns", "slices", "preemptions", "vruntime_ns", "longest_wait_ns",
}

local SPIN = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"

local function has_integers(object, text, keys)
  for _, key in ipairs(keys) do
    luaunit.assertNotNil(object[key], key)
    luaunit.assertStrMatches(text, (".*\"%s\":%%d+[,}].*"):format(key))
  end
  luaunit.assertNil(text:match('":%-?%d+[.eE]'), "a number that is no integer")
end

-- Runs two jobs that compete, one that fails and one that is not there.
local function run_some(words)
  local path = shell.file("some.lua", ([[return {
    { "sh", "-c", %q, name = "one", priority = 6 }, { "sh", "-c", %q, name = "two \"2\" é\xff/" },
    { "sh", "-c", "echo out; echo err >&2; exit 3" }, { "no-such-program" },
  }]]):format(SPIN, SPIN))
  return shell.neap { "run", "-p", "cfs", "-j1", "-q", "5ms", "-f", path, table.unpack(words) }
end

function TestStats.test_the_file_holds_one_object_with_every_key()
  local path = shell.path("stats.json")
  luaunit.assertEquals(run_some({ "--stats", path }).code, 2)
  local text = shell.read(path)
  local stats = cjson.decode(text)
  luaunit.assertEquals(stats.schema, "neap-stats-1")
  luaunit.assertEquals(stats.policy, "fair")
  luaunit.assertEquals(stats.cpus, 1)
  luaunit.assertEquals(stats.quantum_ns, 5000000)
  luaunit.assertEquals(stats.active, 0)
  luaunit.assertEquals(#stats.tasks, 4)
  has_integers(stats, text, RUN_KEYS)
  for _, task in ipairs(stats.tasks) do
    has_integers(task, text, TASK_KEYS)
    luaunit.assertIsString(task.name)
    luaunit.assertIsString(task.how)
  end
end

function TestStats.test_the_tasks_stand_in_the_order_of_the_jobs_and_tell_their_ends()
  local path = shell.path("ends.json")
  run_some { "--stats", path }
  local tasks = cjson.decode(shell.read(path)).tasks
  luaunit.assertEquals({ tasks[1].name, tasks[1].how, tasks[1].code }, { "one", "exit", 0 })
  luaunit.assertEquals(tasks[1].weight, 125)
  luaunit.assertEquals(tasks[2].name, 'two "2" é\u{FFFD}/')
  luaunit.assertEquals({ tasks[3].how, tasks[3].code }, { "exit", 3 })
  luaunit.assertEquals({ tasks[4].name, tasks[4].how, tasks[4].code, tasks[4].pid },
    { "no-such-program", "error", 2, 0 })
end

function TestStats.test_the_times_of_a_task_add_up_to_its_wall_time()
  local path = shell.path("sums.json")
  run_some { "--stats", path }
  local stats = cjson.decode(shell.read(path))
  for _, task in ipairs(stats.tasks) do
    luaunit.assertEquals(
      task.start_ns + task.run_ns + task.ready_ns + task.blocked_ns + task.paused_ns, task.wall_ns)
    luaunit.assertTrue(task.wall_ns <= stats.wall_ns)
    luaunit.assertTrue(task.longest_wait_ns <= task.ready_ns)
  end
  local one, two = stats.tasks[1], stats.tasks[2]
  luaunit.assertTrue(one.cpu_ns > 0 and one.slices > 1 and two.slices > 1)
  luaunit.assertTrue(one.cpu_ns + two.cpu_ns <= stats.wall_ns)
  luaunit.assertTrue(one.preemptions <= stats.preemptions)
  luaunit.assertTrue(stats.neap_cpu_ns > 0 and stats.neap_cpu_ns < stats.wall_ns)
end

function TestStats.test_a_dash_writes_to_stdout_after_the_jobs_output()
  local answer = shell.neap { "run", "--stats", "-", "--", "echo", "hello" }
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertEquals(answer.out:match("^[^\n]*\n"), "hello\n")
  local stats = cjson.decode(answer.out:sub(7))
  luaunit.assertEquals(stats.tasks[1].name, "echo")
end

function TestStats.test_an_empty_run_has_figures_too()
  local answer = shell.neap { "run", "--stats", "-", "-f", "/dev/null" }
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertEquals(cjson.decode(answer.out).tasks, {})
  shell.assert_contains(answer.out, '"tasks":[]')
end

function TestStats.test_what_cannot_be_written_is_refused_before_anything_runs()
  for path, reason in pairs {
    ["/no/such/folder/x"] = "No such file or directory", ["/"] = "Is a directory",
  } do
    local answer = shell.neap { "run", "--stats", path, "--", "echo", "ran" }
    luaunit.assertEquals(answer.code, 2)
    luaunit.assertEquals(answer.out, "")
    shell.assert_contains(answer.err, ("neap: cannot write %s: %s"):format(path, reason))
  end
end

function TestStats.test_a_full_disk_is_neaps_own_failure()
  local answer = shell.neap { "run", "--stats", "/dev/full", "--", "true" }
  luaunit.assertEquals(answer.code, 125)
  shell.assert_contains(answer.err, "neap: cannot write /dev/full: ")
end

function TestStats.test_an_old_file_stays_until_the_new_one_is_complete()
  local folder = shell.path("keep")
  os.execute("mkdir " .. folder)
  local path = shell.file("keep/stats.json", "old")
  local answer = shell.neap { "run", "--stats", path, "--", "cat", path }
  luaunit.assertEquals(answer.out, "old")
  luaunit.assertEquals(cjson.decode(shell.read(path)).schema, "neap-stats-1")
  luaunit.assertEquals(shell.output("ls -A " .. folder), "stats.json\n")
end

function TestTable.test_stdout_carries_the_jobs_own_output_only()
  local answer = run_some {}
  luaunit.assertEquals(answer.out, "out\n")
  shell.assert_contains(answer.err, "err\n")
end

function TestTable.test_it_has_a_row_per_task_and_a_line_for_the_run()
  local lines = {}
  for line in run_some({}).err:gmatch("[^\n]+") do lines[#lines + 1] = line end
  luaunit.assertStrMatches(lines[3], "task +exit +cpu +share +ideal +wall +wait +slices")
  luaunit.assertStrMatches(lines[4], "one +0 +%S+ +[%d.]+%% +[%d.]+%% +%S+ +%S+ +%d+")
  luaunit.assertStrMatches(lines[6], "sh +3 .*")
  luaunit.assertStrMatches(lines[7], "no%-such%-program +error: not found .*")
  luaunit.assertStrMatches(lines[8],
    "fair on 1 cpu, quantum 5ms: %S+ wall, neap used [%d.]+%% of a cpu.*")
  luaunit.assertEquals(#lines, 8)
end

function TestTable.test_a_policy_that_promises_no_share_has_no_ideal()
  local answer = shell.neap { "run", "-p", "prio", "--", "true" }
  luaunit.assertStrMatches(answer.err, ".*\ntrue +0 +%S+ +100.0%% +%- .*")
end

function TestTable.test_verbose_tells_of_placement_starts_and_ends()
  local answer = shell.neap { "run", "-v", "-j1", "--", "true" }
  luaunit.assertEquals(answer.out, "")
  luaunit.assertStrMatches(answer.err, ".*neap: tasks run on CPUs %d+\n.*")
  shell.assert_contains(answer.err, "task 1 (true) starts")
  shell.assert_contains(answer.err, "task 1 (true): 0 after ")
end

shell.main()
