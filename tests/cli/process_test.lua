-- process_test.lua - real processes under `neap run`: how they start, are held and end.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestStart
TestStart = {}
-- luacheck: globals TestHold
TestHold = {}
-- luacheck: globals TestEnd
TestEnd = {}

local LOOP = "while :; do :; done"

-- Starts the jobs of a Lua job file.
local function start(jobs, ...)
  local path = shell.file("jobs.lua", "return {" .. jobs .. "}")
  return shell.start_neap { "run", "-f", path, ... }
end

-- Ends the run with a signal; nothing of it may be left then.
local function finish(run)
  run:signal("TERM")
  local answer = run:finish()
  run:assert_gone(0)
  luaunit.assertEquals(answer.code, 143)
  return answer
end

local function output_of(...)
  local answer = shell.neap { "run", ... }
  luaunit.assertEquals(answer.code, 0, answer.err)
  return answer.out
end

function TestStart.test_stdin_is_inherited_by_a_program_and_empty_for_a_file()
  luaunit.assertEquals(shell.neap({ "run", "--", "cat", input = "hello" }).out, "hello")
  local answer = shell.neap {
    "run", "-f", "-", input = "readlink /proc/self/fd/0\nwc -c\n",
  }
  luaunit.assertStrContains(answer.out, "/dev/null\n")
  luaunit.assertStrContains(answer.out, "0\n")
end

function TestStart.test_a_task_ignores_HUP_and_no_other_signal_and_blocks_none()
  local text = output_of("--", "grep", "Sig", "/proc/self/status")
  luaunit.assertStrMatches(text, ".*SigBlk:%s+0+\n.*")
  luaunit.assertStrMatches(text, ".*SigIgn:%s+0+1\n.*")
end

function TestStart.test_a_task_leads_its_group_in_the_guards_session()
  local run = start('{ "sh", "-c", "echo up; exec sleep 100" }')
  run:await("up\n")
  local guard, task = run:find("neap-guard"), run:find("sleep 100")
  local keeper = run:find("neap-keeper")
  luaunit.assertEquals(keeper.parent, run.pid)
  luaunit.assertEquals(guard.parent, keeper.pid)
  luaunit.assertEquals(task.parent, guard.pid)
  luaunit.assertEquals(task.group, task.pid)
  luaunit.assertEquals(task.session, keeper.pid)
  finish(run)
end

function TestStart.test_a_task_has_no_descriptor_of_ours()
  local text = output_of("--", "sh", "-c", "for f in /proc/$$/fd/*; do echo ${f##*/}; done")
  luaunit.assertEquals(text, "0\n1\n2\n3\n") -- 3 is the folder that the shell reads
end

function TestStart.test_tasks_are_confined_to_as_many_CPUs_as_there_are_cpus()
  local one = output_of("-j1", "--", "grep", "Cpus_allowed_list", "/proc/self/status")
  luaunit.assertStrMatches(one, "Cpus_allowed_list:%s+%d+\n")
  local all = output_of("--", "grep", "Cpus_allowed_list", "/proc/self/status")
  luaunit.assertEquals(all, shell.output("grep Cpus_allowed_list /proc/self/status"))
end

function TestStart.test_max_alive_bounds_what_has_been_started()
  local run = start(('{ "sh", "-c", "echo up; %s" }, { "sleep", "101" }, { "sleep", "102" }')
    :format(LOOP), "-j2", "--max-alive", "2")
  run:await("up\n")
  shell.await("the second job", 5, function() return run:find("sleep 101") end)
  luaunit.assertNil(run:find("sleep 102"))
  run:signal("KILL", run:find("sleep 101").pid)
  shell.await("the third job", 5, function() return run:find("sleep 102") end)
  finish(run)
end

local function is_held(pid)
  return shell.process(pid).state == "T" or shell.stop_is_pending(pid)
end

-- Looks at the jobs called BUSY, all of them at nearly one instant, until `enough` looks have
-- been taken. Returns how often no more than one of them was released, and how often more.
local function look(run, jobs, enough)
  local pids, good, bad = {}, 0, 0
  for _, process in ipairs(run:children()) do
    if process.command:find("BUSY", 1, true) then pids[#pids + 1] = process.pid end
  end
  luaunit.assertEquals(#pids, jobs)
  repeat
    local released = 0
    for _, pid in ipairs(pids) do
      released = released + (is_held(pid) and 0 or 1)
    end
    if released <= 1 then good = good + 1 else bad = bad + 1 end
    luaunit.assertTrue(released <= 2)
    os.execute("sleep 0.002")
  until good + bad == enough
  return good, bad
end

-- Waits until every process that runs the loop has been seen stopped and been seen running.
local function each_is_held(run, jobs)
  local held, released = {}, {}
  local function all(seen)
    local count = 0
    for _ in pairs(seen) do count = count + 1 end
    return count == jobs
  end
  shell.await("each held and released", 10, function()
    for _, process in ipairs(run:children()) do
      if process.command:find("^sh %-c echo up") then
        local seen = process.state == "T" and held or released
        seen[process.pid] = true
      end
    end
    return all(held) and all(released)
  end)
end

-- Two may seem to run when the switch falls between the looks at the first and the second.
function TestHold.test_on_one_cpu_never_two_run_at_once()
  local run = start(('{ "sh", "-c", "echo up; %s", "BUSY" },'):format(LOOP):rep(3), "-j1")
  run:await("up\nup\nup\n")
  local good, bad = look(run, 3, 200)
  luaunit.assertTrue(bad <= 10, ("%d of %d"):format(bad, good + bad))
  finish(run)
end

function TestHold.test_each_task_is_stopped_while_another_runs()
  local run = start(('{ "sh", "-c", "echo up; %s", "BUSY" },'):format(LOOP):rep(2), "-j1")
  run:await("up\nup\n")
  each_is_held(run, 2)
  finish(run)
end

-- `timeout` makes a group of its own: a stop of the leader's group does not reach it.
local ESCAPED = '{ "sh", "-c", "timeout 50 sh -c \\"echo up; %s\\" BUSY; true" },'

function TestHold.test_a_descendant_in_a_group_of_its_own_is_held_with_its_task()
  local run = start(ESCAPED:format(LOOP):rep(2), "-j1", "-p", "rr")
  run:await("up\nup\n")
  each_is_held(run, 2)
  finish(run)
end

-- The part that a job gets which does its work below `timeout`, started after `prologue`, beside
-- a plain loop on one cpu: by the kernel's account.
local function share_of_escaped(prologue)
  local mine, others = shell.path("mine"), shell.path("others")
  local loop = "trap 'read ns rest </proc/$$/schedstat; echo $ns >%s; exit' TERM; " .. LOOP
  local inner = shell.file("inner.sh", loop:format(mine))
  local plain = shell.file("plain.sh", loop:format(others))
  local path = shell.file("share.lua", ([[return {
    { "sh", "-c", "%s; timeout 50 sh %s; true" }, { "sh", %q } }]]):format(prologue, inner, plain))
  local answer = shell.neap { "run", "-p", "rr", "-j1", "--for", "2s", "-f", path }
  luaunit.assertEquals(answer.code, 0)
  return tonumber(shell.read(mine)) / (shell.read(mine) + shell.read(others))
end

function TestHold.test_a_descendant_in_a_group_of_its_own_gets_no_more_than_its_share()
  luaunit.assertAlmostEquals(share_of_escaped(":"), 0.5, 0.1)
end

function TestHold.test_one_that_comes_late_gets_no_more_than_its_share()
  luaunit.assertTrue(share_of_escaped("sleep 0.3") <= 0.55)
end

function TestHold.test_a_held_task_that_is_ended_can_clean_up()
  local run = start(([[
    { "sh", "-c", "trap 'echo cleaned; exit' TERM; echo up; %s" },
    { "sh", "-c", "trap 'echo cleaned; exit' TERM; echo up; %s" }]]):format(LOOP, LOOP), "-j1")
  run:await("up\nup\n")
  luaunit.assertStrContains(finish(run).out, "cleaned\ncleaned\n")
end

function TestHold.test_a_task_that_stopped_itself_is_ended_too()
  local run = start('{ "sh", "-c", "echo up; kill -STOP $$" }')
  run:await("up\n")
  shell.await("it stopped", 5, function()
    local task = run:find("kill -STOP")
    return task and task.state == "T"
  end)
  finish(run)
end

-- Who waited for the grace time, or for what is endless, would not be done by the run's deadline.
local function code_of(grace, ...)
  local answer = shell.neap { "run", "--grace", grace, ... }
  return answer.code
end

local function code_with_leftovers(grace, script)
  return code_of(grace, "--", "sh", "-c", script .. "\nexit 3", shell.path("fifo." .. grace))
end

function TestEnd.test_leftovers_in_its_group_end_with_the_task()
  luaunit.assertEquals(code_with_leftovers("1h", "sleep 100 &"), 3)
end

function TestEnd.test_leftovers_that_ignore_TERM_are_killed_after_the_grace()
  luaunit.assertEquals(code_with_leftovers("100ms", [[
    mkfifo "$0"; sh -c 'trap "" TERM; echo up; while :; do sleep 0.1; done' >"$0" &
    read up <"$0"]]), 3)
end

function TestEnd.test_leftovers_in_a_group_of_their_own_end_with_the_task()
  luaunit.assertEquals(code_with_leftovers("2h", [[
    mkfifo "$0"; timeout 100 sh -c 'echo up; sleep 100' >"$0" & read up <"$0"]]), 3)
end

function TestEnd.test_a_descendant_in_a_group_of_its_own_is_ended_by_for()
  luaunit.assertEquals(code_of("1h", "--for", "200ms", "--",
    "sh", "-c", ("timeout 100 sh -c '%s'; true"):format(LOOP)), 0)
end

function TestEnd.test_a_descendant_in_a_session_of_its_own_is_ended_by_for()
  luaunit.assertEquals(code_of("1h", "--for", "200ms", "--", "setsid", "-w", "sh", "-c", LOOP), 0)
end

function TestEnd.test_many_short_jobs()
  local answer = shell.neap { "run", "-f", "-", input = ("true\n"):rep(300) }
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertEquals(select(2, answer.err:gsub("\ntrue +0 ", "")), 300)
end

function TestEnd.test_neap_in_neap()
  local inner = ("%s run -j1 -f -"):format(shell.quote(os.getenv("NEAP")))
  local answer = shell.neap { "run", "-j1", "-f", "-",
    input = ("printf 'exit 1\\nexit 2\\ntrue\\n' | %s\n%s\n"):format(inner, "exit 0") }
  luaunit.assertEquals(answer.code, 1)
  luaunit.assertStrMatches(answer.err, ".*\nprintf +2 .*")
end

shell.main()
