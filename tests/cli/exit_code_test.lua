-- exit_code_test.lua - what `neap run` answers to its caller, and how it is interrupted.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestExitCode
TestExitCode = {}
-- luacheck: globals TestInterrupt
TestInterrupt = {}

local LOOP = "while :; do :; done"

local function code_of(words)
  return shell.neap(words).code
end

-- `limit`: of the wall time.
local function code_of_file(text, limit)
  return code_of { "run", "--for", limit or "1h", "-f", "-", input = text }
end

function TestExitCode.test_one_job_gives_its_own_code()
  for _, code in ipairs { 0, 1, 7, 101, 255 } do
    luaunit.assertEquals(code_of { "run", "--", "sh", "-c", "exit " .. code }, code)
  end
end

function TestExitCode.test_one_job_that_a_signal_ended_gives_128_and_its_number()
  for name, number in pairs { TERM = 15, KILL = 9, INT = 2, ABRT = 6, USR1 = 10 } do
    local line = ("kill -%s $$"):format(name)
    luaunit.assertEquals(code_of { "run", "--", "sh", "-c", line }, 128 + number)
  end
end

function TestExitCode.test_a_file_gives_the_number_that_failed()
  luaunit.assertEquals(code_of_file("true\ntrue\n"), 0)
  luaunit.assertEquals(code_of_file("true\nexit 7\n"), 1)
  luaunit.assertEquals(code_of_file("exit 3\nexit 4\nkill -TERM $$\nno-such-program\ntrue\n"), 4)
end

function TestExitCode.test_a_file_of_one_line_gives_a_number_too()
  luaunit.assertEquals(code_of_file("exit 7\n"), 1)
  luaunit.assertEquals(code_of_file("true\n"), 0)
end

function TestExitCode.test_a_file_gives_at_most_101()
  luaunit.assertEquals(code_of_file(("exit 1\n"):rep(101)), 101)
  luaunit.assertEquals(code_of_file(("exit 1\n"):rep(130)), 101)
end

function TestExitCode.test_a_file_without_jobs_gives_0()
  luaunit.assertEquals(code_of_file(""), 0)
  luaunit.assertEquals(code_of_file("# nothing\n\n"), 0)
  luaunit.assertEquals(code_of { "run", "-f", shell.file("none.lua", "return {}") }, 0)
end

function TestExitCode.test_no_job_at_all_is_a_misuse()
  luaunit.assertEquals(code_of { "run" }, 2)
end

function TestExitCode.test_what_is_ended_by_for_has_not_failed()
  local answer = shell.neap { "run", "--for", "100ms", "--", "sh", "-c", LOOP }
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertStrMatches(answer.err, ".*\nsh +ended .*")
  luaunit.assertEquals(code_of_file("exit 1\n" .. LOOP .. "\n" .. LOOP .. "\n", "200ms"), 1)
end

function TestExitCode.test_for_ends_what_ignores_TERM_too()
  local answer = shell.neap {
    "run", "--for", "50ms", "--", "sh", "-c", "trap '' TERM; " .. LOOP,
  }
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertTrue(answer.took > 1.5, answer.took)
end

function TestExitCode.test_for_does_not_wait_when_all_is_done()
  luaunit.assertEquals(code_of { "run", "--for", "1h", "--", "true" }, 0)
end

-- Starts two jobs on one cpu, one of them with `prologue`, and waits until it runs.
local function start(prologue, grace)
  local run = shell.start_neap {
    "run", "-j1", "--grace", grace or "1h", "-f", "-",
    input = ("%s; echo up; %s\n%s\n"):format(prologue, LOOP, LOOP),
  }
  run:await("up\n")
  return run
end

local function interrupted(name, code)
  local run = start(":")
  run:signal(name)
  local answer = run:finish()
  run:assert_gone(0)
  luaunit.assertEquals(answer.code, code)
  shell.assert_contains(answer.err, ("neap: %s: ending all tasks"):format(name))
  luaunit.assertStrMatches(answer.err, ".*\n%S+ +ended .*") -- the table is there nevertheless
end

function TestInterrupt.test_INT_ends_all_and_gives_130()
  interrupted("INT", 130)
end

function TestInterrupt.test_TERM_ends_all_and_gives_143()
  interrupted("TERM", 143)
end

function TestInterrupt.test_HUP_is_an_orderly_end()
  interrupted("HUP", 129)
end

function TestInterrupt.test_a_signal_that_was_ignored_from_the_start_stays_so()
  os.execute("mkfifo " .. shell.path("nohup"))
  local run = shell.start {
    "env", "--ignore-signal=HUP,INT", os.getenv("NEAP"), "run", "-j1", "-f", "-",
    input = "echo up; read line <" .. shell.path("nohup") .. "; echo $line\n",
  }
  run:await("up\n")
  run:signal("HUP")
  run:signal("INT")
  shell.file("nohup", "went on\n")
  local answer = run:finish()
  run:assert_gone(0)
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertEquals(answer.out, "up\nwent on\n")
end

function TestInterrupt.test_a_job_can_clean_up_when_it_is_interrupted()
  local run = start("trap 'echo cleaned; exit 0' TERM")
  run:signal("INT")
  local answer = run:finish()
  run:assert_gone(0)
  luaunit.assertEquals(answer.code, 130)
  shell.assert_contains(answer.out, "cleaned\n")
end

function TestInterrupt.test_a_job_that_ignores_TERM_is_killed_after_the_grace()
  local run = start("trap '' TERM INT", "2s")
  local since = shell.now()
  run:signal("INT")
  luaunit.assertEquals(run:finish().code, 130)
  run:assert_gone(0)
  luaunit.assertTrue(shell.now() - since > 1.5)
end

function TestInterrupt.test_a_second_INT_kills_at_once()
  local run = start("trap '' TERM INT")
  run:signal("INT")
  shell.await("the first INT", 5, function() return run:err():find("ending all tasks", 1, true) end)
  run:signal("INT")
  luaunit.assertEquals(run:finish().code, 130)
  run:assert_gone(0)
end

function TestInterrupt.test_jobs_that_were_never_started_are_cancelled_and_count_nothing()
  local run = shell.start_neap {
    "run", "-j1", "-p", "prio", "--max-alive", "1", "--stats", shell.path("cancelled.json"),
    "-f", "-", input = ("echo up; %s\ntouch %s\n"):format(LOOP, shell.path("started")),
  }
  run:await("up\n")
  run:signal("TERM")
  local answer = run:finish()
  run:assert_gone(0)
  luaunit.assertEquals(answer.code, 143)
  luaunit.assertNil(shell.read(shell.path("started")))
  luaunit.assertStrMatches(answer.err, ".*\ntouch +cancelled .*")
  shell.assert_contains(shell.read(shell.path("cancelled.json")), '"how":"cancelled"')
end

shell.main()
