-- limits_test.lua - what the options of `neap run` and the keys of a job hold tasks to.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestLimits
TestLimits = {}
-- luacheck: globals TestRefusals
TestRefusals = {}

local IS_ROOT = shell.output("id -u") == "0\n"

local function output_of(...)
  local answer = shell.neap { "run", ... }
  luaunit.assertEquals(answer.code, 0, answer.err)
  return answer.out
end

local function output_of_jobs(jobs, ...)
  return output_of("-f", shell.file("jobs.lua", "return {" .. jobs .. "}"), ...)
end

local function refused(message, ...)
  local answer = shell.neap { "run", ... }
  shell.assert_contains(answer.err, message)
  luaunit.assertNotStrContains(answer.err, "traceback")
  luaunit.assertNotStrContains(answer.err, "internal error")
  luaunit.assertEquals(answer.code, 2)
  luaunit.assertEquals(answer.out, "")
end

function TestLimits.test_limits_hold_for_every_task()
  local text = output_of("--limit", "memory=1G", "--limit", "cpu-time=90s", "--limit", "nice=7",
    "--limit", "no_new_privs=true", "--", "sh", "-c", "cat /proc/self/limits; nice")
  luaunit.assertStrMatches(text, ".*Max data size +1073741824 +1073741824 .*")
  luaunit.assertStrMatches(text, ".*Max cpu time +90 +91 .*")
  luaunit.assertStrMatches(text, ".*\n7\n")
end

function TestLimits.test_a_job_says_otherwise()
  local text = output_of_jobs([[
    { "sh", "-c", "echo as the run: $(nice) $(umask)" },
    { "sh", "-c", "echo its own: $(nice) $(umask)", nice = 9, umask = 18 }]],
    "--limit", "nice=5", "--limit", "umask=077")
  luaunit.assertStrContains(text, "as the run: 5 0077\n")
  luaunit.assertStrContains(text, "its own: 9 0022\n")
end

function TestLimits.test_the_class_of_scheduling()
  local script = "set -- $(cat /proc/$$/stat); echo ${41}"
  luaunit.assertEquals(output_of("--", "sh", "-c", script), "3\n")
  luaunit.assertEquals(output_of("--sched", "idle", "--", "sh", "-c", script), "5\n")
  luaunit.assertEquals(output_of("--sched", "other", "--", "sh", "-c", script), "0\n")
end

function TestLimits.test_tasks_are_bound_to_CPUs()
  local list = "Cpus_allowed_list:\t0\n"
  local look = { "grep", "Cpus_allowed_list", "/proc/self/status" }
  luaunit.assertEquals(output_of("--bind", "0", "--", table.unpack(look)), list)
  luaunit.assertEquals(
    output_of_jobs('{ "grep", "Cpus_allowed_list", "/proc/self/status", bind = { 0 } }'), list)
end

-- Two loops beside each other on two pinned cpus are never on the same CPU.
function TestLimits.test_pinned_tasks_have_the_CPU_of_their_turn()
  local text = output_of_jobs(([[
    { "sh", "-c", %q, bind = "pin" }, { "sh", "-c", %q, bind = "pin" } ]]):format(
    "sleep 0.1; grep Cpus_allowed_list /proc/$$/status; sleep 0.1",
    "sleep 0.1; grep Cpus_allowed_list /proc/$$/status; sleep 0.1"), "-j2")
  local first, second = text:match("^Cpus_allowed_list:\t(%d+)\nCpus_allowed_list:\t(%d+)\n$")
  luaunit.assertNotNil(first, text)
  luaunit.assertNotEquals(first, second)
end

-- The guard's own variable, which says whose a stray process is, is always there.
local function without_mark(text)
  return (text:gsub("NEAP_TASK=[^\n]*\n", ""))
end

-- Three loops take turns on two cpus; they end when each has been on either CPU.
function TestLimits.test_a_pinned_task_follows_its_turns()
  luaunit.skipIf(shell.output("nproc") == "1\n", "one CPU")
  local path, mark = shell.file("pin.sh", [[
    until [ -e $1.1 ] && [ -e $1.2 ] && [ -e $1.3 ]; do
      while read key value; do [ $key = Cpus_allowed_list: ] && now=$value; done </proc/$$/status
      case $now in *[-,]*) exit 9; esac
      case $seen in *$now*) ;; *) seen=$seen$now; esac
      [ ${#seen} -ge 2 ] && : >$1.$2
    done]]), shell.path("pinned")
  local lines = {}
  for i = 1, 3 do lines[i] = ("sh %s %s %d\n"):format(path, mark, i) end
  local answer = shell.neap { "run", "-p", "rr", "-j2", "-q", "5ms", "--bind", "pin",
    "--for", "10s", "-f", "-", input = table.concat(lines) }
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertTrue(answer.took < 8, answer.err)
end

function TestLimits.test_a_clean_environment()
  luaunit.assertEquals(without_mark(output_of("--clean-env", "--", "env")), "")
  luaunit.assertEquals(without_mark(
    output_of_jobs('{ "env", clean_env = true, env = { ONE = "1" } }')), "ONE=1\n")
  luaunit.assertStrContains(output_of_jobs('{ "env", clean_env = false }', "--clean-env"), "PATH=")
end

function TestLimits.test_root_may_choose_a_user()
  luaunit.skipIf(not IS_ROOT, "not root")
  luaunit.assertEquals(output_of("--user", "nobody", "--", "id", "-u"), "65534\n")
  luaunit.assertEquals(output_of_jobs('{ "id", "-g", user = "nobody:0" }'), "0\n")
end

function TestLimits.test_a_plain_user_is_refused_and_runs_what_he_may()
  luaunit.skipIf(not IS_ROOT, "not root")
  local neap = shell.public_neap()
  local function as_nobody(...)
    return shell.run { "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
      neap, "run", ... }
  end
  local answer = as_nobody("--user", "root", "--", "true")
  shell.assert_contains(answer.err, "only root may run a task as another user")
  luaunit.assertEquals(answer.code, 2)
  answer = as_nobody("--limit", "nice=-5", "--", "true")
  shell.assert_contains(answer.err, "cannot set nice -5: no lower than 0")
  answer = as_nobody("--limit", "nice=5", "--limit", "files=64", "--limit", "processes=1000",
    "--sched", "idle", "-v", "--", "sh", "-c", "nice; ulimit -n; ulimit -p")
  luaunit.assertEquals(answer.out, "5\n64\n1000\n")
  shell.assert_contains(answer.err, "RLIMIT_NPROC counts all processes of the user")
end

function TestRefusals.test_a_limit_that_nobody_knows_suggests_the_nearest()
  refused('unknown limit "memoy" (did you mean "memory"?)', "--limit", "memoy=1G", "--", "true")
  refused("--limit takes NAME=VALUE", "--limit", "memory", "--", "true")
  refused('unknown key "nicee" (did you mean "nice"?)', "-f",
    shell.file("key.lua", 'return {{ "true", nicee = 3 }}'))
end

function TestRefusals.test_values_that_are_none()
  refused('memory: "1X" is not a size', "--limit", "memory=1X", "--", "true")
  refused("nice: 20 is out of range -20..19", "--limit", "nice=20", "--", "true")
  refused('sched: "fifo" is not batch', "--sched", "fifo", "--", "true")
  refused('bind: "x" is not a list of CPUs', "--bind", "x", "--", "true")
  refused("job 1: nice: 20 is out of range", "-f",
    shell.file("nice.lua", 'return {{ "true", nice = 20 }}'))
  refused("job 1: memory: expected a number or a text, got a table", "-f",
    shell.file("table.lua", 'return {{ "true", memory = {} }}'))
end

function TestRefusals.test_what_cannot_be_here()
  refused('there is no user "no-such-user"', "--user", "no-such-user", "--", "true")
  refused("CPU 1000 is not there", "--bind", "1000", "--", "true")
  refused("no cgroup v2 with the cpu controller", "--limit", "cpu-max=0.5", "--", "true")
end

function TestRefusals.test_a_job_that_cannot_be_counts_as_failed_and_the_others_run()
  local path = shell.file("one.lua",
    'return {{ "true", user = "no-such-user" }, { "echo", "ran" }}')
  local answer = shell.neap { "run", "-f", path }
  luaunit.assertEquals(answer.code, 1)
  luaunit.assertEquals(answer.out, "ran\n")
  shell.assert_contains(answer.err, 'job 1: user: there is no user "no-such-user"')
end

shell.main()
