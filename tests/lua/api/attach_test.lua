-- attach_test.lua - rt:attach(): processes that run already become tasks.
--
-- ctest labels: process
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestAttach
TestAttach = {}

local same = luaunit.assertEquals
local ms = neap.ms

local SPIN = "while :; do :; done"
local pipe, pid -- of the process that is attached

-- It has a group of its own.
function TestAttach.setUp()
  pipe = assert(io.popen(("exec setsid sh -c 'echo $$; trap \"exit 5\" USR1; %s'"):format(SPIN)))
  pid = pipe:read("n")
end

function TestAttach.tearDown()
  os.execute(("kill -KILL %d 2>&-"):format(pid))
  pipe:close()
end

local function live()
  local rt = assert(neap.runtime { cpus = 1 })
  rt:after(20 * neap.s, function() error "this takes too long" end)
  return rt
end

local function state()
  local file <close> = io.open(("/proc/%d/stat"):format(pid))
  return file and file:read("a"):match(".*%) (%a)")
end

local function run_until(rt, wanted)
  while state() ~= wanted do rt:run(5 * ms) end
end

function TestAttach.test_it_is_a_task_like_others()
  local rt <close> = live()
  local task = assert(rt:attach(pid, { name = "mine", priority = 7, data = "x" }))
  assert(rt:spawn { "sh", "-c", SPIN })
  same({ task.pid, task.name, task.priority, task.data, task.alive }, { pid, "mine", 7, "x", true })
  run_until(rt, "T")
  run_until(rt, "R")
  task:pause()
  run_until(rt, "T")
  task:resume()
  run_until(rt, "R")
  luaunit.assertTrue(task.cpu_ns > 0)
  same(task:stats().cpu_source, "clocks")
end

function TestAttach.test_its_end_is_told()
  local rt <close> = live()
  local task = assert(rt:attach(pid))
  local told = {}
  rt:on("error", function(report) told[#told + 1] = report.message end)
  run_until(rt, "R")
  os.execute("kill -USR1 " .. pid)
  local how, code = task:wait()
  same(how, "exit")
  local unknown = table.concat(told, "\n"):find("nobody tells", 1, true)
  same(code, unknown and 0 or 5)
end

function TestAttach.test_it_runs_on_when_the_runtime_is_closed()
  do
    local rt <close> = live()
    assert(rt:attach(pid))
    assert(rt:spawn { "sh", "-c", SPIN })
    run_until(rt, "T")
  end
  same(state(), "R")
end

function TestAttach.test_a_refusal_says_why_and_raises_nothing()
  local rt <close> = live()
  assert(rt:attach(pid))
  check.failed(16, "belongs to task 1", rt:attach(pid))
  check.failed(22, "first of the system", rt:attach(1))
  check.failed(3, "no process 4194304", rt:attach(4194304))
end

function TestAttach.test_what_makes_no_sense_raises()
  local rt <close> = live()
  luaunit.assertErrorMsgContains("pid", rt.attach, rt, "x")
  luaunit.assertErrorMsgContains("unknown task key", rt.attach, rt, pid, { nice = 3 })
  luaunit.assertErrorMsgContains("priority", rt.attach, rt, pid, { priority = 11 })
end

check.main()
