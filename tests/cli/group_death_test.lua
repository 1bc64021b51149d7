-- group_death_test.lua - neap, its guard or both die: of tasks that are their groups nothing stays
-- stopped, and nothing is left that is to be ended. So it is in every build.
-- ctest timeout: 120
local shell = require "shell"

local RUNS = 4
local JOBS = [[return {
  { "sh", "-c", "echo up; while :; do :; done" },
  { "sh", "-c", "echo up; (while :; do :; done) & while :; do :; done" },
  { "sh", "-c", "trap '' TERM; echo up; while :; do :; done" },
}]]

local run

local function start(on_death)
  run = shell.start_neap { "run", "-j1", "-q", "1ms", "--on-death", on_death,
    "-f", shell.file("jobs.lua", JOBS) }
  run:await(("up\n"):rep(3))
end

local function kill_guard()
  for _, name in ipairs { "neap-keeper", "neap-guard" } do
    local guard = run:find(name)
    if guard then run:signal("KILL", guard.pid) end
  end
end

local function no_stop_is_pending()
  for _, process in ipairs(run:children()) do
    if shell.stop_is_pending(process.pid) then return false end
  end
  return true
end

local function none_is_stopped()
  local states = {}
  for _, process in ipairs(run:children()) do states[#states + 1] = process.state end
  return #states > 0 and not table.concat(states):find("T")
end

-- luacheck: globals TestGroups
TestGroups = {}

function TestGroups.tearDown()
  run:clear()
end

function TestGroups.test_neap_is_killed()
  for _ = 1, RUNS do
    start "end"
    run:signal("KILL")
    run:finish()
    run:assert_gone(15)
  end
end

function TestGroups.test_neap_is_killed_and_its_tasks_go_on()
  for _ = 1, RUNS do
    start "continue"
    run:signal("KILL")
    run:finish()
    shell.await("all go on, and the guard has gone", 5, function()
      return none_is_stopped() and not run:find("neap-guard")
    end)
    run:clear()
  end
end

-- The kernel continues who has taken his stop; who has not yet is left to `neap rescue`.
function TestGroups.test_both_are_killed()
  for _ = 1, RUNS do
    start "continue"
    run:signal("STOP")
    shell.await("each took his stop", 5, no_stop_is_pending)
    kill_guard()
    run:signal("KILL")
    run:finish()
    shell.await("all go on", 5, none_is_stopped)
    run:clear()
    shell.neap { "rescue" }
  end
end

shell.main()
