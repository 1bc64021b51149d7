-- leaves_test.lua - what is held when neap dies goes on from the leaves: a parent that ends at once
-- would leave a stopped group without a parent in its session, to which the kernel sends a HUP.
--
-- ctest timeout: 120
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestLeaves
TestLeaves = {}

local COUNT = 150

local function runtime_dir()
  local dir = shell.path("runtime")
  os.execute(("mkdir -p -m 700 %s"):format(dir))
  return "XDG_RUNTIME_DIR=" .. dir
end

-- Those of `leaver`, by their groups: its own, and the one that it leaves behind.
local function groups_of(run)
  local groups = {}
  for _, process in ipairs(run:children()) do
    if process.command:find("leaver", 1, true) and process.group == process.session
      and process.session == process.pid then groups.parent = process end
  end
  groups.left = {}
  for _, process in ipairs(run:children()) do
    if groups.parent and process.session == groups.parent.session
      and process.group ~= process.session then
      groups.left[#groups.left + 1] = process
    end
  end
  return groups
end

local function are_stopped(groups)
  for _, process in ipairs(groups.left) do
    local now = shell.process(process.pid)
    if not now or now.state ~= "T" then return false end
  end
  return shell.process(groups.parent.pid).state == "T"
end

-- A run in which all of it is held, and its parent is to end as soon as it goes on.
local function start_and_hold()
  local flag = shell.path("flag")
  os.remove(flag)
  local jobs = shell.file("leaves.lua", ([[return {
    { %q, "%d", %q }, { "sh", "-c", "while :; do :; done" } }]]):format(
    shell.program("leaver"), COUNT, flag))
  local run = shell.start_neap { "run", "-j1", "-q", "1s", "-p", "rr", "--without", "cgroup",
    "--on-death", "continue", "-f", jobs, env = { runtime_dir() }, deadline = 30 }
  run:await("up\n")
  local groups = groups_of(run)
  luaunit.assertEquals(#groups.left, COUNT)
  shell.await("all are held", 10, function() return are_stopped(groups) end)
  shell.file("flag", "")
  return run, groups
end

local function assert_left(run, groups)
  shell.await("the parent ends", 5, function() return not shell.process(groups.parent.pid) end)
  local alive = 0
  for _, process in ipairs(groups.left) do
    local now = shell.process(process.pid)
    alive = alive + (now and now.state ~= "T" and 1 or 0)
  end
  run:clear()
  luaunit.assertEquals(alive, COUNT)
end

function TestLeaves.test_by_the_guard()
  local run, groups = start_and_hold()
  run:signal("KILL")
  run:finish()
  assert_left(run, groups)
end

function TestLeaves.test_by_a_rescue()
  local run, groups = start_and_hold()
  run:kill_with_guard()
  run:finish()
  local answer = shell.neap { "rescue", "--continue", env = { runtime_dir() } }
  luaunit.assertEquals(answer.code, 0, answer.err)
  assert_left(run, groups)
end

shell.main()
