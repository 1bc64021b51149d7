-- rescue_test.lua - neap and its guard are killed at once: nothing stays held after the next start.
--
-- The runs have a runtime directory of their own, so that no other neap heals them first.
-- ctest timeout: 240
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestRescue
TestRescue = {}

local RUNS = math.tointeger(os.getenv("NEAP_TEST_DEATHS") or 50)
local SECONDS = 5
local LOOP = "while :; do :; done"
local JOBS = ([[return {
  { "sh", "-c", "echo up; LOOP" },
  { "timeout", "100", "sh", "-c", "LOOP" },
  { "setsid", "-w", "sh", "-c", "LOOP" },
  { "sh", "-c", "LOOP" },
}]]):gsub("LOOP", LOOP)

local function runtime_dir()
  local dir = shell.path("runtime")
  os.execute(("mkdir -p -m 700 %s"):format(dir))
  return "XDG_RUNTIME_DIR=" .. dir
end

local function neap(words)
  words.env = { runtime_dir() }
  return shell.neap(words)
end

local function start()
  local run = shell.start_neap {
    "run", "-q", "1ms", "-f", shell.file("jobs.lua", JOBS), env = { runtime_dir() },
  }
  run:await("up\n")
  return run
end

local function kill_all(run)
  run:kill_with_guard()
  run:finish()
end

local function records()
  return shell.output(("ls %s/neap 2>&-"):format(shell.path("runtime")))
end

function TestRescue.test_nothing_was_left()
  local answer = neap { "rescue" }
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertEquals(answer.out, "nothing was left behind\n")
end

function TestRescue.test_what_both_left_behind_is_ended()
  local stopped = 0
  for _ = 1, RUNS do
    local run = start()
    os.execute(("sleep %.3f"):format(math.random(1, 50) / 1000))
    kill_all(run)
    for _, process in ipairs(run:children()) do
      stopped = stopped + (process.state == "T" and 1 or 0)
    end
    local answer = neap { "rescue", "--end", "--grace", "100ms" }
    luaunit.assertEquals(answer.code, 0, answer.err)
    run:assert_gone(1)
  end
  print(("%d processes were stopped after %d deaths of both"):format(stopped, RUNS))
  luaunit.assertEquals(records(), "")
end

function TestRescue.test_it_is_listed_then_continued()
  local run = start()
  kill_all(run)
  local list = neap { "rescue", "--list" }
  luaunit.assertEquals(list.code, 0)
  shell.assert_contains(list.out, LOOP)
  luaunit.assertEquals(neap({ "rescue", "--list" }).code, 0) -- it is still there
  shell.assert_contains(neap({ "rescue", "--continue" }).err, "continued")
  for _, process in ipairs(run:children()) do luaunit.assertNotEquals(process.state, "T") end
  luaunit.assertEquals(neap({ "rescue" }).out, "nothing was left behind\n")
  run:clear()
  run:assert_gone(SECONDS)
end

function TestRescue.test_the_next_start_heals()
  local run = start()
  kill_all(run)
  local answer = neap { "run", "--", "true" }
  luaunit.assertEquals(answer.code, 0)
  shell.assert_contains(answer.err, "killed with its guard")
  run:assert_gone(SECONDS)
  luaunit.assertEquals(records(), "")
end

function TestRescue.test_a_living_neap_is_let_alone()
  local run = start()
  luaunit.assertEquals(neap({ "rescue", "--end" }).out, "nothing was left behind\n")
  luaunit.assertTrue(#run:children() >= 6)
  run:signal("KILL")
  run:finish()
  run:assert_gone(SECONDS)
  luaunit.assertEquals(records(), "")
end

-- Its pids are other processes here, and its runtime seems to be dead.
function TestRescue.test_a_neap_in_another_pid_namespace_is_let_alone()
  if not os.execute("unshare -pf --mount-proc true 2>&-") then luaunit.skip("no namespaces") end
  local run = shell.start {
    "unshare", "-pf", "--mount-proc", os.getenv("NEAP"), "run", "-f",
    shell.file("inside.txt", "echo up; sleep 0.5; echo through\n"), env = { runtime_dir() },
  }
  run:await("up\n")
  luaunit.assertEquals(neap({ "rescue", "--end" }).out, "nothing was left behind\n")
  local answer = run:finish()
  luaunit.assertEquals(answer.code, 0, answer.err)
  shell.assert_contains(answer.out, "through")
  luaunit.assertEquals(records(), "")
end

function TestRescue.test_two_ways_at_once_are_refused()
  local answer = neap { "rescue", "--end", "--list" }
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, "one of")
end

shell.main()
