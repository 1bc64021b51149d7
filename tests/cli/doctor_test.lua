-- doctor_test.lua - `neap doctor`: what it finds where there is much, little and nothing.
-- ctest labels: process
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestDoctor
TestDoctor = {}

local NEAP = os.getenv "NEAP"
local IS_ROOT = shell.output("id -u") == "0\n"

-- A copy of the list `words` with these after them.
local function with(words, ...)
  local more = table.pack(...)
  return table.move(more, 1, more.n, #words + 1, table.move(words, 1, #words, 1, {}))
end

-- The facts by name that `neap doctor --json` tells, `words` before the command.
local function doctor(words, code)
  local cjson = require "cjson"
  local answer = shell.run(with(words, NEAP, "doctor", "--json"))
  luaunit.skipIf(answer.err:find("Sanitizer", 1, true), "a sanitizer needs threads and /proc")
  luaunit.assertEquals(answer.code, code, answer.err)
  local object = cjson.decode(answer.out)
  luaunit.assertEquals(object.schema, "neap-doctor-1")
  luaunit.assertEquals(object.usable, code == 0)
  local facts = {}
  for _, fact in ipairs(object.facts) do
    luaunit.assertNil(facts[fact.name])
    facts[fact.name] = fact
    if fact.state ~= "ok" then luaunit.assertIsString(fact.remedy, fact.name) end
    luaunit.assertNotEquals(fact.value, "")
  end
  return facts
end

local function assert_fact(facts, name, state, value)
  local fact = facts[name]
  luaunit.assertNotNil(fact, name)
  luaunit.assertEquals(fact.state, state, name .. ": " .. fact.value)
  if value then shell.assert_contains(fact.value, value) end
end

local function root_only()
  luaunit.skipIf(not IS_ROOT, "for root")
end

local NOBODY = { "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups" }

local function nobody()
  root_only()
  luaunit.skipIf(shell.run(with(NOBODY, "test", "-x", NEAP)).code ~= 0,
    "nobody may not come to where the program is")
  return NOBODY
end

-- What the process `pid` has made: other runtimes come and go beside us.
local function cgroups_of(pid)
  return shell.output(("find /sys/fs/cgroup -maxdepth 4 -name 'neap-%d-*' 2>/dev/null"):format(pid))
end

function TestDoctor.test_every_fact_is_one_line_and_nothing_stays()
  local run = shell.start_neap { "doctor" }
  local answer = run:finish()
  run:assert_gone(1)
  luaunit.assertEquals(answer.err, "")
  luaunit.assertEquals(answer.code, 0)
  for _, name in ipairs {
    "kernel", "pidfd", "clone3", "close_range", "subreaper", "proc", "child_lists", "ptrace",
    "cgroup", "perf", "actuators", "account", "timer", "batch", "slice_hint", "nice", "realtime",
    "autogroup",
    "descriptors", "pid_max", "processes", "memory_lock", "runtime_dir", "terminal", "guard", "run",
  } do
    luaunit.assertStrMatches(answer.out, ".*\n" .. name .. " +%l+ +%S[^\n]*\n.*")
  end
  luaunit.assertStrMatches(answer.out, ".*\nneap can run here\n")
  luaunit.assertEquals(cgroups_of(run.pid), "")
end

function TestDoctor.test_root_gets_what_the_machine_has()
  root_only()
  local facts = doctor({}, 0)
  assert_fact(facts, "proc", "ok")
  assert_fact(facts, "realtime", "ok")
  assert_fact(facts, "nice", "ok")
  assert_fact(facts, "account", "ok")
  assert_fact(facts, "run", "ok")
  if facts.cgroup.state == "ok" then
    assert_fact(facts, "actuators", "ok", "freeze")
    assert_fact(facts, "account", "ok", "cgroup")
  end
end

function TestDoctor.test_nobody_is_told_what_he_may_not()
  local facts = doctor(nobody(), 0)
  assert_fact(facts, "cgroup", "missing")
  assert_fact(facts, "actuators", "degraded", "stop")
  assert_fact(facts, "realtime", "degraded", "RLIMIT_RTPRIO is 0")
  assert_fact(facts, "nice", "degraded", "RLIMIT_NICE is 0")
  assert_fact(facts, "run", "ok")
end

-- What runs `line` in a mount and pid namespace of its own, then the command.
local function inside(line)
  root_only()
  local enter = { "unshare", "-m", "-p", "-f", "--mount-proc" }
  luaunit.skipIf(shell.run(with(enter, "true")).code ~= 0, "no namespaces")
  return with(enter, "sh", "-c", line .. ' && exec "$@"', "sh")
end

function TestDoctor.test_a_container_without_cgroups_will_do()
  local facts = doctor(inside("for d in $(awk '$3 == \"cgroup2\" { print $2 }' /proc/mounts); "
    .. "do umount -l $d; done; mount -o remount,ro,bind /proc"), 0)
  assert_fact(facts, "cgroup", "missing", "no cgroup v2 mount")
  assert_fact(facts, "actuators", "degraded", "stop")
  assert_fact(facts, "run", "ok")
end

function TestDoctor.test_hidden_processes_are_told()
  assert_fact(doctor(inside("mount -o remount,hidepid=2 /proc"), 0), "proc", "degraded",
    "hidepid")
end

function TestDoctor.test_without_proc_nothing_can_run()
  assert_fact(doctor(inside("while umount -l /proc 2>/dev/null; do :; done"), 1), "proc",
    "missing", "not mounted")
  assert_fact(doctor(inside("umount -l /proc"), 1), "proc", "missing", "another pid namespace")
end

function TestDoctor.test_a_wrong_guard_means_that_nothing_can_run()
  local facts = doctor({ "env", "NEAP_GUARD=/nowhere/neap-guard" }, 1)
  assert_fact(facts, "guard", "missing", "/nowhere/neap-guard")
  assert_fact(facts, "run", "missing", "/nowhere/neap-guard")
  assert_fact(doctor({ "env", "NEAP_GUARD=/bin/true" }, 1), "run", "missing",
    "it is not a guard of this version")
end

function TestDoctor.test_few_descriptors_are_told()
  local facts = doctor({ "prlimit", "--nofile=24" }, 0)
  assert_fact(facts, "descriptors", "degraded", "24, at most 24")
end

function TestDoctor.test_memory_that_must_not_be_locked()
  local words = with(nobody(), "prlimit", "--memlock=0")
  assert_fact(doctor(words, 0), "memory_lock", "degraded")
end

-- The user may have processes elsewhere, or none: what is told agrees with the exit code.
function TestDoctor.test_no_process_more_is_no_crash()
  local words = with(nobody(), "prlimit", "--nproc=1")
  local facts = doctor(words, shell.run(with(words, NEAP, "doctor")).code)
  assert_fact(facts, "processes", "degraded", "1 of this user")
end

function TestDoctor.test_misuse()
  local answer = shell.neap { "doctor", "x" }
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, 'unexpected "x"')
end

shell.main()
