-- death_test.lua - neap or its guard is killed at any instant: nothing stays held, nothing runs on.
--
-- The instants are random; NEAP_TEST_SEED repeats them.
-- ctest timeout: 120
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestDeath
TestDeath = {}

local RUNS, GUARD_RUNS = 50, 10
local SECONDS = 5 -- until nothing may be left
local LOOP = "while :; do :; done"

-- One that says when it runs, one in a group of its own, one in a session of its own, one more.
local JOBS = ([[return {
  { "sh", "-c", "echo up; LOOP" },
  { "timeout", "100", "sh", "-c", "LOOP" },
  { "setsid", "-w", "sh", "-c", "LOOP" },
  { "sh", "-c", "LOOP" },
}]]):gsub("LOOP", LOOP)

local function start()
  local run = shell.start_neap {
    "run", "-q", "1ms", "-f", shell.file("jobs.lua", JOBS),
  }
  run:await("up\n")
  return run
end

local function at_some_instant()
  local instant = math.random(1, 50)
  os.execute(("sleep %.3f"):format(instant / 1000))
  return instant
end

local function seed()
  local given = math.tointeger(os.getenv("NEAP_TEST_SEED") or os.time())
  print("NEAP_TEST_SEED=" .. given)
  math.randomseed(given)
end

local function dies(name, times, kill)
  for i = 1, times do
    local run = start()
    local instant = at_some_instant()
    local ok, problem = pcall(kill, run)
    if ok then ok, problem = pcall(run.assert_gone, run, SECONDS) end
    if not ok then
      local text = type(problem) == "table" and problem.msg or tostring(problem)
      luaunit.fail(("%s, run %d, after %d ms: %s"):format(name, i, instant, text))
    end
  end
end

function TestDeath.test_neap_is_killed()
  dies("neap killed", RUNS, function(run)
    run:signal("KILL")
    luaunit.assertEquals(run:finish().signal, 9)
  end)
end

function TestDeath.test_the_guard_is_killed()
  dies("guard killed", GUARD_RUNS, function(run)
    run:signal("KILL", run:find("neap-guard").pid)
    local answer = run:finish()
    luaunit.assertEquals(answer.code, 125, answer.err)
    shell.assert_contains(answer.err, "neap: ")
  end)
end

function TestDeath.test_neap_is_killed_while_a_job_ignores_TERM()
  local run = shell.start_neap {
    "run", "-j1", "-f", "-", input = ("trap '' TERM; echo up; %s\n"):format(LOOP):rep(2),
  }
  run:await("up\nup\n")
  run:signal("KILL")
  run:finish()
  run:assert_gone(SECONDS)
end

function TestDeath.test_both_are_killed_before_anything_is_held()
  local run = shell.start_neap { "run", "--", "sh", "-c", "echo up; exec sleep 1" }
  run:await("up\n")
  local guard = run:find("neap-guard")
  os.execute(("kill -KILL %d %d"):format(run.pid, guard.pid))
  run:finish()
  for _, process in ipairs(run:children()) do luaunit.assertNotEquals(process.state, "T") end
  run:assert_gone(SECONDS)
end

function TestDeath.test_a_guard_that_is_missing()
  local answer = shell.neap { "run", "--", "true", env = { "NEAP_GUARD=/no/such/guard" } }
  luaunit.assertEquals(answer.code, 125)
  shell.assert_contains(answer.err, "neap: ")
  shell.assert_contains(answer.err, "guard")
end

seed()
shell.main()
