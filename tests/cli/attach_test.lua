-- attach_test.lua - `neap run --attach PID`: others' processes take turns, and are left running.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestAttach
TestAttach = {}

local LOOP = "while :; do :; done"
local SECONDS = 5
local NOBODY = 65534
local targets = {}

-- A process that neap has nothing to do with. `words` come before the shell.
local function target(script, words)
  local command = words or {}
  for _, word in ipairs { "sh", "-c", script or LOOP } do command[#command + 1] = word end
  local run = shell.start(command)
  run.number = tostring(run.pid)
  targets[#targets + 1] = run
  return run
end

local function state(run)
  local process = shell.process(run.pid)
  return process and process.state
end

local function await(run, wanted)
  shell.await(("state %s of %d"):format(wanted, run.pid), SECONDS, function()
    return state(run) == wanted
  end)
end

local function is_held_in_turn(run)
  await(run, "T")
  await(run, "R")
  await(run, "T")
end

function TestAttach.tearDown()
  for _, run in ipairs(targets) do
    run:signal("KILL")
    run:finish()
    run:clear()
  end
  targets = {}
end

function TestAttach.test_two_beside_a_job_get_their_shares_and_go_on()
  local one, two = target(), target()
  local answer = shell.neap { "run", "-j1", "--for", "1500ms", "--attach", one.number, "--attach",
    two.number, "-f", shell.file("jobs.lua", ("return { { 'sh', '-c', %q } }"):format(LOOP)) }
  luaunit.assertEquals(answer.code, 0, answer.err)
  local count = 0
  for share in answer.err:gmatch("sh +ended +%S+ +([%d.]+)%%") do
    luaunit.assertAlmostEquals(tonumber(share), 33.3, 10)
    count = count + 1
  end
  luaunit.assertEquals(count, 3, answer.err)
  await(one, "R")
  await(two, "R")
end

function TestAttach.test_alone_its_end_ends_the_run_and_says_how()
  local one = target("trap 'exit 0' USR1; " .. LOOP)
  local run = shell.start_neap { "run", "-v", "-j1", "--attach", one.number }
  shell.await("neap has it", SECONDS, function() return (run:err() or ""):find("starts") end)
  one:signal("USR1")
  local answer = run:finish()
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertStrMatches(answer.err, ".*sh +0 .*")
end

function TestAttach.test_the_exit_code_is_that_of_the_program_beside_it()
  local one = target("trap 'exit 3' USR1; " .. LOOP)
  local run = shell.start_neap { "run", "-j1", "--attach", one.number, "--", "sh", "-c",
    "echo up; exit 7" }
  run:await("up\n")
  one:signal("USR1")
  luaunit.assertEquals(run:finish().code, 7)
end

function TestAttach.test_an_interrupted_run_leaves_it_running()
  local one = target()
  local run = shell.start_neap { "run", "-j1", "--attach", one.number, "--", "sh", "-c", LOOP }
  is_held_in_turn(one)
  run:signal("INT")
  luaunit.assertEquals(run:finish().code, 130)
  await(one, "R")
end

function TestAttach.test_a_neap_that_is_killed_leaves_it_running()
  local one = target()
  for _ = 1, 5 do
    local run = shell.start_neap { "run", "-j1", "--attach", one.number, "--on-death", "end", "--",
      "sh", "-c", LOOP }
    is_held_in_turn(one)
    run:signal("KILL")
    run:finish()
    await(one, "R")
    run:assert_gone(SECONDS)
  end
end

function TestAttach.test_killed_with_its_guard_it_is_continued_by_the_next_start()
  local one, dir = target(), shell.path("runtime")
  local env = { "XDG_RUNTIME_DIR=" .. dir }
  os.execute("mkdir -p -m 700 " .. dir)
  local run = shell.start_neap { "run", "-j1", "--attach", one.number, "--", "sh", "-c", LOOP,
    env = env }
  is_held_in_turn(one)
  shell.await("it is stopped, and neap is, too", SECONDS, function()
    run:signal("STOP")
    if state(run) == "T" and state(one) == "T" then return true end
    run:signal("CONT")
  end)
  run:kill_with_guard()
  run:finish()
  luaunit.assertEquals(state(one), "T")
  local answer = shell.neap { "rescue", "--end", "--grace", "100ms", env = env }
  luaunit.assertEquals(answer.code, 0, answer.err)
  shell.assert_contains(answer.out, one.number)
  await(one, "R")
  run:assert_gone(SECONDS)
  luaunit.assertEquals(shell.neap({ "rescue", env = env }).out, "nothing was left behind\n")
end

function TestAttach.test_who_cannot_be_attached_is_refused_and_counts_as_failed()
  local answer = shell.neap { "run", "--attach", "1", "--attach", "4194304" }
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, "--attach 1: process 1 cannot be held: it is the first")
  shell.assert_contains(answer.err, "--attach 4194304: there is no process 4194304")
  answer = shell.neap { "run", "--attach", "me" }
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, '--attach takes the number of a process, not "me"')
end

function TestAttach.test_a_user_without_rights_may_attach_his_own_and_no_others()
  if not shell.output("id -u"):find("^0") then return end
  local as = ("setpriv --reuid %d --regid %d --clear-groups"):format(NOBODY, NOBODY)
  local words = {}
  for word in as:gmatch("%S+") do words[#words + 1] = word end
  local others, one = target(), target(nil, { table.unpack(words) })
  for _, word in ipairs { shell.public_neap(), "run", "-j1", "--for", "30s", "--attach",
    others.number, "--attach", one.number, "--", "sh", "-c", LOOP } do words[#words + 1] = word end
  words.cwd = "/"
  local run = shell.start(words)
  is_held_in_turn(one)
  run:signal("TERM")
  local answer = run:finish()
  shell.assert_contains(answer.err, "is another user's: neap may not signal it")
  await(one, "R")
end

shell.main()
