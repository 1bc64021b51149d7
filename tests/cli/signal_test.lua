-- signal_test.lua - signals to `neap run` beyond INT: the state, the window, ends that come twice.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestSignal
TestSignal = {}

local LOOP = "while :; do :; done"

local function start(text, ...)
  local run = shell.start_neap { "run", "-j1", "-f", "-", input = text, ... }
  run:await("up\n")
  return run
end

local function finish(run, code)
  local answer = run:finish()
  run:assert_gone(1)
  luaunit.assertEquals(answer.code, code, answer.err)
  return answer
end

local function said(run, pattern)
  return shell.await(("a line like %q"):format(pattern), 5, function()
    return run:err():match(pattern)
  end)
end

function TestSignal.test_QUIT_tells_the_state_without_a_terminal_too()
  local run = start(("echo up; %s\n"):format(LOOP) .. ("true\n"):rep(30))
  run:signal("QUIT")
  said(run, "neap: the state after %S+: %d+ done, ")
  said(run, "\n *%d+ +echo +%d+ +")
  said(run, "\nfair on 1 cpu, quantum 10ms: ")
  run:signal("TERM")
  finish(run, 143)
end

function TestSignal.test_the_state_of_a_long_queue_is_short()
  local jobs = ([[
    local jobs = { { "sh", "-c", "echo up; %s", name = "echo", priority = 10 } }
    for i = 2, 1001 do jobs[i] = { "true" } end
    return jobs]]):format(LOOP)
  local run = shell.start_neap { "run", "-j1", "-p", "prio", "-f", shell.file("jobs.lua", jobs) }
  run:await("up\n")
  run:signal("QUIT")
  said(run, "neap: the state after [^\n]*: 0 done, 1 %a+, 1000 not started\n") -- starting, running
  said(run, "\n *1 +echo +%d+ +%a+ +0 .* %-\n *2 +true +%- +ready .* its start\n")
  said(run, "\nand 980 more that were never started\npriority on 1 cpu")
  luaunit.assertTrue(#run:err() < 3000)
  run:signal("TERM")
  finish(run, 143)
end

function TestSignal.test_QUIT_is_heard_though_a_shell_has_it_ignored_in_the_background()
  local run = shell.start {
    "env", "--ignore-signal=QUIT", os.getenv("NEAP"), "run", "--", "sh", "-c", "echo up; " .. LOOP,
  }
  run:await("up\n")
  run:signal("QUIT")
  said(run, "neap: the state after ")
  run:signal("TERM")
  finish(run, 143)
end

function TestSignal.test_WINCH_is_passed_on_to_a_single_program()
  local run = shell.start_neap { "run", "--", "sh", "-c",
    "trap 'echo window' WINCH; echo up; while :; do sleep 0.02; done" }
  run:await("up\n")
  run:signal("WINCH")
  run:await("window\n")
  run:signal("TERM")
  finish(run, 143)
end

-- `timeout` sends TERM to its command and then to its group: neap gets it twice.
function TestSignal.test_TERM_of_timeout_leaves_the_jobs_their_grace()
  local answer = shell.run {
    "timeout", "0.5", os.getenv("NEAP"), "run", "--", "sh", "-c",
    "trap 'sleep 0.3; echo cleaned; exit' TERM; " .. LOOP,
  }
  luaunit.assertEquals(answer.code, 124)
  luaunit.assertEquals(answer.out, "cleaned\n")
  luaunit.assertNotStrContains(answer.err, "killing")
end

-- Sends TERM twice. Returns the run and whether that took no longer than counts as one.
local function twice_TERM()
  local run = start("trap 'sleep 0.3; echo cleaned; exit' TERM; echo up; " .. LOOP .. "\n")
  local since = shell.now()
  run:signal("TERM")
  said(run, "TERM: ending all tasks")
  run:signal("TERM")
  return run, shell.now() - since < 0.15
end

function TestSignal.test_a_TERM_that_follows_at_once_is_the_same()
  local answer = shell.await("two signals within 0.15 s", 20, function()
    local run, in_time = twice_TERM()
    local ended = run:finish()
    run:assert_gone(1)
    return in_time and ended
  end)
  luaunit.assertEquals(answer.code, 143)
  luaunit.assertEquals(answer.out, "up\ncleaned\n")
end

function TestSignal.test_HUP_may_come_twice()
  local run = start("trap 'sleep 0.3; echo cleaned; exit' TERM; echo up; " .. LOOP .. "\n")
  run:signal("HUP")
  said(run, "HUP: ending all tasks")
  run:signal("HUP")
  luaunit.assertStrContains(finish(run, 129).out, "cleaned\n")
end

function TestSignal.test_TERM_after_a_while_kills()
  local run = start("trap '' TERM; echo up; " .. LOOP .. "\n", "--grace", "1h")
  run:signal("INT")
  said(run, "INT: ending all tasks")
  os.execute("sleep 0.25") -- sooner it would count as the same
  run:signal("TERM")
  said(run, "TERM again: killing all tasks")
  finish(run, 130)
end

shell.main()
