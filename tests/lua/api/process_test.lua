-- process_test.lua - real processes: spawned, held, signalled, ended, waited for.
--
-- Jobs say what they saw by their exit codes; all are short, or loops that the runtime ends.
--
-- ctest labels: process
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestJobs TestRefused TestEnds TestRunning
TestJobs = {}
TestRefused = {}
TestEnds = {}
TestRunning = {}

local same = luaunit.assertEquals
local ms = neap.ms

local SPIN = "while :; do :; done"

-- A live runtime on one cpu that fails rather than hang.
local function live(options)
  options = options or {}
  options.cpus = options.cpus or 1
  local rt = assert(neap.runtime(options))
  local deadline = rt:after(20 * neap.s, function() error "this takes too long" end)
  return rt, deadline
end

local function sh(script, job)
  job = job or {}
  job[1], job[2], job[3] = "sh", "-c", script
  return job
end

-- How and with what code the job ends.
local function ends(job)
  local rt <close> = live()
  return { assert(rt:spawn(job)):wait() }
end

local function run_until(rt, ready)
  while not ready() do rt:run(5 * ms) end
end

-- What a process says of itself in /proc.
local function state_of(pid)
  local file <close> = io.open(("/proc/%d/stat"):format(pid))
  return file and file:read("a"):match(".*%) (%a)")
end

local function temporary(text)
  local path = os.tmpname()
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
  return path
end

-- Jobs.

function TestJobs.test_a_program_runs_with_its_arguments()
  same(ends { "true" }, { "exit", 0 })
  same(ends { "sh", "-c", 'test "$#:$1:$2:$3" = "3:a b::$HOME" && exit 7', "x", "a b", "",
    os.getenv "HOME" }, { "exit", 7 })
end

function TestJobs.test_env_is_added_to_what_is_inherited_and_may_replace_it()
  same(ends(sh('test "$A:$B" = "1:x=y z" && test -n "$PATH"', { env = { A = "1", B = "x=y z" } })),
    { "exit", 0 })
  same(ends(sh('test "$HOME" = /else', { env = { HOME = "/else" } })), { "exit", 0 })
  same(ends(sh('test -z "$HOME"', { env = { HOME = "" } })), { "exit", 0 })
end

function TestJobs.test_the_program_is_looked_up_in_the_path_of_the_job()
  local rt <close> = live()
  check.failed(2, "sh", rt:spawn(sh("exit 0", { env = { PATH = "/nowhere" } })))
end

function TestJobs.test_cwd_is_where_it_runs()
  same(ends(sh('test "$(pwd -P)" = /usr', { cwd = "/usr" })), { "exit", 0 })
  same(ends { "./true", cwd = "/usr/bin" }, { "exit", 0 })
end

function TestJobs.test_stdin_is_empty_unless_it_is_inherited()
  same(ends(sh "read x && exit 1 || exit 4"), { "exit", 4 })
  local job = sh('test "$(readlink /proc/self/fd/0)" = /dev/null', { stdin = "null" })
  same(ends(job), { "exit", 0 })
  local own = io.popen "readlink /proc/self/fd/0"
  local path = own:read "l"
  own:close()
  same(ends(sh('test "$(readlink /proc/self/fd/0)" = "$P"',
    { stdin = "inherit", env = { P = path } })), { "exit", 0 })
end

function TestJobs.test_the_name_is_the_programs_unless_it_is_given()
  local rt <close> = live()
  same(rt:spawn({ "/bin/true" }).name, "true")
  same(rt:spawn({ "true", name = "yes" }).name, "yes")
end

function TestJobs.test_a_script_without_a_first_line_is_run_by_the_shell()
  local path = temporary "exit 9\n"
  os.execute("chmod +x " .. path)
  same(ends { path }, { "exit", 9 })
  os.remove(path)
end

function TestJobs.test_the_spec_arrives_and_the_process_is_made_at_the_first_pick()
  local rt <close> = live()
  local t = assert(rt:spawn(sh(SPIN, { priority = 3, weight = 7, estimate = "1s", data = "d" })))
  same({ t.priority, t.weight, t.estimate, t.data, t.state, t.pid },
    { 3, 7, neap.s, "d", "ready" })
  run_until(rt, function() return t.state == "running" end)
  luaunit.assertTrue(t.pid > 1)
  luaunit.assertNotNil(state_of(t.pid))
  check.failed(95, "is a process", t:block())
  check.failed(95, "is a process", t:wake())
  check.failed(95, "is a process", t:finish())
end

-- Refused.

function TestRefused.test_what_cannot_be_started_is_no_task()
  local rt <close> = live()
  check.failed(2, "no-such-program", rt:spawn { "no-such-program" })
  check.failed(2, "/no/such", rt:spawn { "/no/such" })
  check.failed(13, "/etc/passwd", rt:spawn { "/etc/passwd" })
  check.failed(13, "/usr", rt:spawn { "/usr" })
  local _, message, errno = rt:spawn { "true", cwd = "/no/such" }
  same(errno, 2)
  luaunit.assertStrContains(message, "/no/such")
  check.raises("a job without a program", rt.spawn, rt, { "" })
  same({ rt:stats().active, rt:task({}).id }, { 0, 1 })
end

function TestRefused.test_what_is_no_job_raises_and_names_the_key()
  local rt <close> = live()
  for _, case in ipairs {
    { { "true", prioritty = 1 }, 'unknown job key "prioritty" (did you mean "priority"?)' },
    { { "true", [1.5] = 1 }, "unknown job key 1.5" },
    { {}, "a job needs a program" },
    { { name = "x" }, "a job needs a program" },
    { { 7 }, "program: expected a string, got a number" },
    { { "true", 7 }, "argument: expected a string, got a number" },
    { { "true", {} }, "argument: expected a string, got a table" },
    { { "tr\0ue" }, "program: the string contains a zero byte" },
    { { "true", "a\0b" }, "argument: the string contains a zero byte" },
    { { "true", name = "a\0b" }, "name: the string contains a zero byte" },
    { { "true", cwd = "/\0" }, "cwd: the string contains a zero byte" },
    { { "true", cwd = 1 }, "cwd: expected a string" },
    { { "true", env = 1 }, "env: expected a table" },
    { { "true", env = { "A=1" } }, "env: a name must be a string" },
    { { "true", env = { ["A=B"] = "1" } }, 'env: "A=B" cannot be the name of a variable' },
    { { "true", env = { [""] = "1" } }, 'env: "" cannot be the name of a variable' },
    { { "true", env = { A = 1 } }, "env: A: expected a string, got a number" },
    { { "true", env = { A = "x\0y" } }, "contains a zero byte" },
    { { "true", env = { ["A\0"] = "x" } }, "contains a zero byte" },
    { { "true", stdin = "tty" }, 'stdin: "tty" is not "null" or "inherit"' },
    { { "true", priority = 11 }, "priority: 11 is out of range 0..10" },
    { { "true", weight = 0 }, "weight: 0 is out of range 1..10000" },
  } do check.raises(case[2], rt.spawn, rt, case[1]) end
  check.raises("table expected", rt.spawn, rt, "true")
  same(rt:stats().active, 0)
end

function TestRefused.test_processes_need_the_live_clock()
  local rt <close> = check.runtime()
  check.failed(95, "processes need the live clock", rt:spawn { "true" })
end

function TestRefused.test_a_guard_that_is_not_there_is_an_expected_failure()
  local rt <close> = live { guard = "/no/such/guard" }
  local _, message, errno = rt:spawn { "true" }
  same(errno, 107)
  luaunit.assertStrContains(message, '"/no/such/guard": No such file')
end

-- Ends.

function TestEnds.test_exits_are_told_once_with_code_or_signal()
  local rt <close>, deadline = live()
  local list = {}
  rt:on("exit", function(task, how, code)
    list[#list + 1] = ("%s %s %d %s"):format(task.name, how, code, task.pid ~= nil)
  end)
  assert(rt:spawn(sh("exit 0", { name = "a" })))
  assert(rt:spawn(sh("exit 255", { name = "b" })))
  assert(rt:spawn(sh("kill -USR1 $$", { name = "c" })))
  deadline:cancel()
  luaunit.assertTrue(rt:run())
  table.sort(list)
  same(list, { "a exit 0 true", "b exit 255 true", "c signal 10 true" })
end

function TestEnds.test_wait_says_how_and_may_be_asked_again()
  local rt <close> = live()
  local quick, slow = assert(rt:spawn(sh "exit 5")), assert(rt:spawn(sh(SPIN)))
  same({ quick:wait() }, { "exit", 5 })
  same({ quick:wait() }, { "exit", 5 })
  luaunit.assertTrue(slow.alive)
  slow:kill "now"
  same({ slow:wait() }, { "signal", 9 })
end

function TestEnds.test_kill_is_term_and_then_kill_for_the_deaf()
  local rt <close> = live { grace = "100ms" }
  local meek, deaf = assert(rt:spawn(sh(SPIN))), assert(rt:spawn(sh("trap '' TERM;" .. SPIN)))
  run_until(rt, function() return meek.cpu_ns > 0 and deaf.cpu_ns > 5 * ms end)
  luaunit.assertTrue(meek:kill())
  luaunit.assertTrue(deaf:kill "grace")
  same({ meek:wait() }, { "signal", 15 })
  same({ deaf:wait() }, { "signal", 9 })
end

function TestEnds.test_a_task_that_was_killed_before_it_started_is_cancelled()
  local rt <close> = live()
  local t = assert(rt:spawn { "true" })
  t:kill()
  same({ t:wait() }, { "cancelled", 0 })
end

function TestEnds.test_finish_ends_all_which_is_no_failure()
  local rt <close>, deadline = live()
  local list = {}
  rt:on("exit", function(_, how) list[how] = (list[how] or 0) + 1 end)
  local first = assert(rt:spawn(sh(SPIN)))
  for _ = 1, 3 do assert(rt:spawn(sh(SPIN))) end
  run_until(rt, function() return first.cpu_ns > 0 end)
  deadline:cancel()
  luaunit.assertTrue(rt:finish "now")
  luaunit.assertTrue(rt:run())
  same((list.ended or 0) + (list.cancelled or 0), 4)
  luaunit.assertTrue(list.ended >= 1)
end

-- Running.

function TestRunning.test_signals_reach_a_task_by_name_and_by_number()
  local rt <close> = live()
  local script = "trap 'exit 41' USR1; trap 'exit 42' USR2; : > $F; " .. SPIN
  for signal, code in pairs { SIGUSR1 = 41, [12] = 42 } do
    local path = os.tmpname()
    os.remove(path)
    local t = assert(rt:spawn(sh(script, { env = { F = path } })))
    run_until(rt, function() -- its traps are set
      local file <close> = io.open(path)
      return file ~= nil
    end)
    os.remove(path)
    luaunit.assertTrue(t:signal(signal))
    same({ t:wait() }, { "exit", code })
  end
end

function TestRunning.test_a_held_task_hears_of_term_at_once()
  local rt <close> = live()
  local held = assert(rt:spawn(sh(SPIN)))
  run_until(rt, function() return held.cpu_ns > 0 end)
  held:pause()
  rt:run(5 * ms)
  held:signal "TERM"
  same({ held:wait() }, { "signal", 15 })
end

function TestRunning.test_a_paused_task_is_stopped_and_uses_nothing()
  local rt <close> = live()
  local t = assert(rt:spawn(sh(SPIN)))
  run_until(rt, function() return t.cpu_ns > 0 end)
  luaunit.assertTrue(t:pause())
  run_until(rt, function() return state_of(t.pid) == "T" end)
  rt:run(20 * ms)
  local before = t.cpu_ns
  rt:run(50 * ms)
  same({ t.state, t.cpu_ns }, { "paused", before })
  luaunit.assertTrue(t:resume())
  run_until(rt, function() return t.cpu_ns > before end)
end

function TestRunning.test_on_one_cpu_one_runs_and_the_other_is_stopped()
  local rt <close> = live { policy = "rr", quantum = "20ms" }
  local a, b = assert(rt:spawn(sh(SPIN))), assert(rt:spawn(sh(SPIN)))
  run_until(rt, function() return a.slices > 1 and b.slices > 1 end)
  local current = rt:current(0)
  local other = current.id == a.id and b or a
  luaunit.assertTrue(rt:pause()) -- both run freely
  run_until(rt, function() return state_of(other.pid) == "R" end)
  luaunit.assertTrue(rt:resume())
  run_until(rt, function() return (state_of(a.pid) == "T") ~= (state_of(b.pid) == "T") end)
end

function TestRunning.test_everything_a_task_started_is_ended_with_it()
  local rt <close> = live { grace = "100ms" }
  local path = os.tmpname()
  local t = assert(rt:spawn(sh("sleep 1000 & echo $! > $F; wait", { env = { F = path } })))
  local child
  run_until(rt, function()
    local file <close> = io.open(path)
    child = file and file:read "n"
    return child
  end)
  os.remove(path)
  t:kill()
  t:wait()
  local state = state_of(child)
  luaunit.assertTrue(state == nil or state == "Z", state)
end

function TestRunning.test_priority_weight_and_policy_change_while_they_run()
  local rt <close> = live()
  local a, b = assert(rt:spawn(sh(SPIN))), assert(rt:spawn(sh(SPIN)))
  run_until(rt, function() return a.cpu_ns > 0 and b.cpu_ns > 0 end)
  a.priority = 10
  luaunit.assertTrue(rt:set_policy "priority")
  rt:run(30 * ms)
  local before = b.slices
  rt:run(100 * ms)
  same(b.slices, before)
  luaunit.assertTrue(b:set_priority(10))
  run_until(rt, function() return b.slices > before end)
end

function TestRunning.test_a_lua_policy_decides_over_processes()
  local turns = {}
  local own = neap.policy { name = "own", base = "rr" }
  function own:running(task) turns[#turns + 1] = task.name end
  local rt <close> = live { policy = own, quantum = "5ms" }
  for _, name in ipairs { "a", "b", "c" } do assert(rt:spawn(sh(SPIN, { name = name }))) end
  run_until(rt, function() return #turns >= 12 end)
  luaunit.assertStrContains(table.concat(turns), "abcabc")
end

check.main()
