-- death_test.lua - neap or its guard is killed at any instant: nothing stays held, nothing runs on.
--
-- The instants are random; NEAP_TEST_SEED repeats them.
-- ctest timeout: 240
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestDeath
TestDeath = {}

local RUNS = math.tointeger(os.getenv("NEAP_TEST_DEATHS") or 50)
local SECONDS = 5 -- until nothing may be left
local LOOP = "while :; do :; done"

-- One that says when it runs, one in a group of its own, one in a session of its own, one more.
local JOBS = ([[return {
  { "sh", "-c", "echo up; LOOP" },
  { "timeout", "100", "sh", "-c", "LOOP" },
  { "setsid", "-w", "sh", "-c", "LOOP" },
  { "sh", "-c", "LOOP" },
}]]):gsub("LOOP", LOOP)

-- Those that end by themselves: each has a code of its own, whoever hears of it.
local WORK = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done;"
local ENDS = ([[return {
  { "sh", "-c", "echo up; WORK exit 3", name = "plain" },
  { "timeout", "100", "sh", "-c", "WORK exit 4", name = "timeout" },
  { "setsid", "-w", "sh", "-c", "WORK exit 5", name = "setsid" },
  { "bash", "-c", "set -m; (WORK) & while kill -0 $!; do sleep 0.01; done 2>&-; exit 6",
    name = "control" },
  { "sh", "-c", "WORK kill -TERM $$", name = "signal" },
  { "true", name = "true" },
}]]):gsub("WORK", function() return WORK end)
local CODES = { plain = "3", timeout = "4", setsid = "5", control = "6", signal = "signal TERM",
  ["true"] = "0" }

local function start(jobs)
  local run = shell.start_neap {
    "run", "-v", "-q", "1ms", "-f", shell.file("jobs.lua", jobs or JOBS),
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

local function dies(name, times, kill, jobs)
  for i = 1, times do
    local run = start(jobs)
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

-- With `continue` all go on to their ends, which they write down. A shell that waits for a job
-- of its own may be told that this was stopped, so the one here asks.
local GO_ON = ([[return {
  { "sh", "-c", "UP WORK echo plain >>MARKS" },
  { "timeout", "100", "sh", "-c", "UP WORK echo timeout >>MARKS" },
  { "setsid", "-w", "sh", "-c", "UP WORK echo setsid >>MARKS" },
  { "bash", "-c",
    "set -m; (UP WORK echo control >>MARKS) & while kill -0 $!; do sleep 0.01; done" },
}]]):gsub("UP", "echo up;"):gsub("WORK", function() return (WORK:gsub("20000", "60000")) end)

function TestDeath.test_neap_is_killed_and_its_tasks_go_on()
  local marks = shell.path("marks")
  local jobs = GO_ON:gsub("MARKS", marks)
  for i = 1, RUNS do
    os.remove(marks)
    local run = shell.start_neap {
      "run", "-j1", "-q", "1ms", "--on-death", "continue", "-f", shell.file("jobs.lua", jobs),
    }
    run:await(("up\n"):rep(4))
    local instant = at_some_instant()
    run:signal("KILL")
    run:finish()
    run:assert_gone(30)
    local _, through = shell.read(marks):gsub("\n", "")
    luaunit.assertEquals(through, 4, ("run %d, after %d ms"):format(i, instant))
  end
end

local function kill_guard(run)
  local guard = run:find("neap-guard") or run:find("neap-keeper") -- which is it then
  if guard then run:signal("KILL", guard.pid) end
end

function TestDeath.test_the_guard_is_killed()
  dies("guard killed", RUNS, function(run)
    kill_guard(run)
    local answer = run:finish()
    luaunit.assertEquals(answer.code, 5, answer.err)
    for name, code in pairs(CODES) do
      shell.assert_contains(answer.err, ("(%s): %s after"):format(name, code))
    end
  end, ENDS)
end

function TestDeath.test_the_guard_is_killed_again_and_again()
  local run = start(ENDS)
  for _ = 1, 3 do
    at_some_instant()
    kill_guard(run)
  end
  local answer = run:finish()
  luaunit.assertEquals(answer.code, 5, answer.err)
  shell.assert_contains(answer.err, "taken over")
  run:assert_gone(SECONDS)
end

-- Nobody is above them then but neap: it takes the tasks itself.
function TestDeath.test_the_guard_and_its_keeper_are_killed()
  dies("guard and keeper killed", 10, function(run)
    local pids = {}
    for _, name in ipairs { "neap-keeper", "neap-guard" } do
      local process = run:find(name)
      pids[#pids + 1] = process and process.pid
    end
    if #pids > 0 then os.execute("kill -KILL " .. table.concat(pids, " ")) end
    local answer = run:finish()
    luaunit.assertEquals(answer.code, 5, answer.err)
    for _, name in ipairs { "plain", "setsid", "true" } do
      shell.assert_contains(answer.err, ("(%s): %s after"):format(name, CODES[name]))
    end
  end, ENDS)
end

function TestDeath.test_neap_is_killed_after_its_guard()
  local run = start()
  kill_guard(run)
  shell.await("a next guard", SECONDS, function() return run:err():find("taken over") end)
  run:signal("KILL")
  run:finish()
  run:assert_gone(SECONDS)
end

function TestDeath.test_neap_is_killed_while_its_guard_is_stopped()
  local run = start()
  run:signal("STOP", run:find("neap-guard").pid)
  run:signal("KILL")
  run:finish()
  run:assert_gone(SECONDS)
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
