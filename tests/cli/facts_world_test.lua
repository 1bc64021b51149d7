-- facts_world_test.lua - neap where something is missing: descriptors, processes, system calls,
-- /proc, namespaces, clocks.
-- ctest timeout: 120
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestLimit
TestLimit = {}
-- luacheck: globals TestKernel
TestKernel = {}
-- luacheck: globals TestStart
TestStart = {}

local NEAP = os.getenv("NEAP")
local LOOP = "while :; do :; done"
local IS_ROOT = shell.output("id -u") == "0\n"

local function needs_root(why)
  if not IS_ROOT then luaunit.skip(why) end
end

local function needs(command, why)
  if not os.execute(command .. " >/dev/null 2>&1") then luaunit.skip(why) end
end

local function words(...)
  local list = {}
  for _, part in ipairs { ... } do
    if type(part) == "table" then
      table.move(part, 1, #part, #list + 1, list)
    else
      list[#list + 1] = part
    end
  end
  return list
end

-- Two loops, 1:3, on one cpu for a second: they are held and charged as everywhere.
local function assert_shares(launcher, err)
  local stats = shell.path("world.json")
  local jobs = shell.file("world.lua", ([[return {
    { "sh", "-c", %q, weight = 100 }, { "sh", "-c", %q, weight = 300 } }]]):format(LOOP, LOOP))
  local answer = shell.run(words(launcher, { NEAP, "run", "-p", "fair", "-j1", "--for", "1500ms",
    "--stats", stats, "-f", jobs }))
  if answer.code == 77 then luaunit.skip(answer.err) end
  luaunit.assertEquals(answer.code, 0, answer.err)
  local tasks = cjson.decode(shell.read(stats)).tasks
  local share = tasks[1].cpu_ns / (tasks[1].cpu_ns + tasks[2].cpu_ns)
  luaunit.assertAlmostEquals(share, 0.25, 0.05)
  if err then shell.assert_contains(answer.err, err) end
end

-- Limits.

function TestLimit.test_too_few_descriptors_are_told_of()
  local done
  for most = 4, 40 do
    local answer = shell.run { "prlimit", ("--nofile=%d:%d"):format(most, most), NEAP, "run", "--",
      "true" }
    done = answer.code == 0
    if not done then
      luaunit.assertTrue(answer.code ~= nil, ("%d: signal %s"):format(most, answer.signal))
      luaunit.assertStrMatches(answer.err, ".*%w.*", nil, nil, "no message at " .. most)
    end
  end
  luaunit.assertTrue(done, "not even with 40")
end

function TestLimit.test_too_few_processes_are_waited_for_or_told_of()
  needs_root("another user's limit is needed")
  local neap = shell.public_neap()
  for most = 1, 6 do
    local answer = shell.run {
      "setpriv", "--reuid", "65533", "--regid", "65533", "--clear-groups",
      "prlimit", "--nproc=" .. most, neap, "run", "-j2", "-f", "-", cwd = "/",
      input = ("sleep 0.1\n"):rep(4),
    }
    luaunit.assertNotNil(answer.code, answer.signal)
    if answer.code ~= 0 then shell.assert_contains(answer.err, "temporarily unavailable") end
    if most >= 5 then luaunit.assertEquals(answer.code, 0, answer.err) end
  end
end

function TestLimit.test_too_little_memory_is_told_of()
  if not shell.faults() then luaunit.skip("a sanitizer needs more than that") end
  for _, most in ipairs { 2, 4, 6, 8, 12, 16, 32, 64 } do -- MB
    local answer = shell.run {
      "prlimit", ("--as=%d"):format(most << 20), NEAP, "run", "--", "true",
    }
    luaunit.assertTrue(answer.code ~= nil or answer.signal == 9,
      ("%d MB: signal %s"):format(most, answer.signal))
    if answer.code ~= 0 then luaunit.assertStrMatches(answer.err, ".*%w.*") end
  end
end

-- Kernels and containers.

function TestKernel.test_without_clone3()
  assert_shares { shell.program("without"), "clone3" }
end

function TestKernel.test_without_pidfds()
  assert_shares { shell.program("without"), "pidfd_open,pidfd_send_signal" }
end

function TestKernel.test_without_perf()
  assert_shares { shell.program("without"), "perf_event_open" }
end

function TestKernel.test_without_any_of_the_newer_calls()
  assert_shares { shell.program("without"),
    "clone3,pidfd_open,pidfd_send_signal,perf_event_open,close_range,sched_setattr" }
end

local UNSHARED = { "unshare", "-p", "-m", "-f", "--mount-proc", "--kill-child" }

local function in_namespaces(script)
  needs_root("only root can make namespaces here")
  needs("unshare -p -m -f --mount-proc true", "no namespaces here")
  assert_shares(words(UNSHARED, { "sh", "-c", script .. '; "$@"', "sh" }))
end

function TestKernel.test_as_a_child_of_pid_1_of_a_namespace()
  in_namespaces(":")
end

function TestKernel.test_as_pid_1_of_a_namespace()
  in_namespaces("set -- exec \"$@\"")
end

function TestKernel.test_without_cgroups()
  in_namespaces("mount -t tmpfs none /sys")
end

function TestKernel.test_where_proc_cannot_be_written_and_there_are_no_cgroups()
  in_namespaces("mount -t tmpfs none /sys; mount -o remount,ro /proc")
end

function TestKernel.test_without_proc()
  needs_root("only root can make namespaces here")
  local command = words(UNSHARED, { "sh", "-c", 'umount -l /proc; "$@"', "sh",
    NEAP, "run", "--", "sh", "-c", "exit 3" })
  command.env = { "LSAN_OPTIONS=detect_leaks=0" } -- that needs /proc
  local answer = shell.run(command)
  luaunit.assertTrue(answer.code == 3 or answer.code == 125, answer.err)
  if answer.code == 125 then shell.assert_contains(answer.err, "/proc") end
end

-- Who was up long, or was suspended, has other monotonic and boot times than the wall clock says.
function TestKernel.test_other_monotonic_and_boot_times()
  needs_root("only root can make namespaces here")
  needs("unshare -T --boottime 100000 --monotonic 1000 true", "no time namespaces here")
  assert_shares { "unshare", "-T", "-f", "--boottime", "100000", "--monotonic", "1000" }
end

function TestKernel.test_the_wall_clock_jumps()
  local folder = shell.faults()
  if not folder then luaunit.skip("nothing is preloaded beside a sanitizer") end
  local stats = shell.path("jumps.json")
  local answer = shell.neap {
    "run", "-j1", "--for", "1s", "--stats", stats, "-f", "-", input = (LOOP .. "\n"):rep(2),
    env = { "LD_PRELOAD=" .. folder .. "/clock.so", "NEAP_GUARD=" .. folder .. "/neap-guard" },
  }
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertTrue(answer.took >= 0.9 and answer.took < 4, answer.took)
  local run = cjson.decode(shell.read(stats))
  luaunit.assertTrue(run.wall_ns > 0.9e9 and run.wall_ns < 4e9, run.wall_ns)
  luaunit.assertTrue(run.context_switches > 20, run.context_switches)
end

-- How it is started, and what it starts.

function TestStart.test_SIGCHLD_is_ignored_by_who_starts_neap()
  local answer = shell.run { "sh", "-c", "trap '' CHLD; exec \"$@\"", "sh", NEAP, "run", "--", "sh",
    "-c", "true & wait $!; exit 3" }
  luaunit.assertEquals(answer.code, 3, answer.err)
end

function TestStart.test_a_script_without_an_interpreter_is_run_by_sh()
  local path = shell.file("plain", "exit $1\n")
  os.execute("chmod +x " .. path)
  luaunit.assertEquals(shell.neap({ "run", "--", path, "7" }).code, 7)
end

function TestStart.test_the_working_directory_is_gone()
  local answer = shell.run { "sh", "-c", 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"',
    shell.path("gone"), NEAP, "run", "--", "/bin/sh", "-c", "exit 4" }
  luaunit.assertEquals(answer.code, 4, answer.err)
end

function TestStart.test_nothing_is_found_in_a_working_directory_that_is_gone()
  local function refused(text, ...)
    local answer = shell.run { "sh", "-c", 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"',
      shell.path("gone"), NEAP, "run", ... }
    shell.assert_contains(answer.err, text)
    shell.assert_contains(answer.err, "the current directory is removed: change to one that is")
  end
  refused('cannot run "./job": not found', "--", "./job")
  refused('cannot enter the directory "sub": No such file', "-f",
    shell.file("sub.lua", 'return { { "true", cwd = "sub" } }'))
end

function TestStart.test_with_too_few_descriptors_that_is_what_is_said()
  local closed, output = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ", { "inherit", "tag" }
  for n = 5, 24 do
    local answer = shell.run { "sh", "-c", closed .. ('ulimit -n %d && exec "$@"'):format(n), "sh",
      NEAP, "run", "--output", output[n % 2 + 1], "--", "true" }
    if answer.code ~= 0 then
      luaunit.assertTrue(answer.code == 125 or answer.code == 126, answer.err)
      shell.assert_contains(answer.err, "too many open files (allow more: ulimit -n)")
      shell.assert_contains(answer.err, "neap: cannot ")
    end
    luaunit.assertTrue(answer.code == 0 or n < 24, answer.err)
  end
end

function TestStart.test_the_directory_of_a_job_goes_before_it_starts()
  local path = shell.path("fleeting")
  local jobs = shell.file("cwd.lua", ([[os.execute("mkdir " .. %q)
    return { { "rmdir", %q }, { "true", cwd = %q } }]]):format(path, path, path))
  local answer = shell.neap { "run", "-j1", "-p", "rr", "--max-alive", "1", "-f", jobs }
  luaunit.assertEquals(answer.code, 1, answer.err)
  shell.assert_contains(answer.err, "cannot start true: ")
  shell.assert_contains(answer.err, ('true: cannot enter its directory "%s": No such file or '
    .. "directory (it went after the job was queued: make it again"):format(path))
end

function TestStart.test_the_program_of_a_job_goes_before_it_starts()
  local path = shell.path("fleeting")
  local jobs = shell.file("program.lua", ([[os.execute("cp /bin/true " .. %q)
    return { { "rm", %q }, { %q } }]]):format(path, path, path))
  local answer = shell.neap { "run", "-j1", "-p", "rr", "--max-alive", "1", "-f", jobs }
  luaunit.assertEquals(answer.code, 1, answer.err)
  shell.assert_contains(answer.err,
    ('fleeting: cannot run "%s": it went after the job was queued'):format(path))
end

function TestStart.test_the_interpreter_of_a_script_is_not_there()
  local path = shell.file("script", "#!/no/such/interpreter\n")
  os.execute("chmod +x " .. path)
  local answer = shell.neap { "run", "--", path }
  luaunit.assertEquals(answer.code, 127, answer.err)
  shell.assert_contains(answer.err, ('script: cannot run "%s": what it is to be run by is not '
    .. "there (the interpreter in its first line, or its loader)"):format(path))
end

shell.main()
