-- rtapp_test.lua - rt-app's JSON as a workload: what is taken over, and what is refused.
local neap = require "neap"
local luaunit = require "luaunit"
local rtapp = require "neap.rtapp"

local MS = neap.ms

-- luacheck: globals TestRtapp
TestRtapp = {}

local function read(tasks, global)
  local list, about = rtapp.read(('{ "tasks": { %s } %s }'):format(tasks,
    global and (', "global": { %s }'):format(global) or ""), "x.json")
  return list, about
end

local function refused(source, pattern)
  local list, problem = rtapp.read(source, "x.json")
  luaunit.assertNil(list)
  luaunit.assertStrMatches(problem, "x%.json: .*" .. pattern .. ".*")
end

function TestRtapp.test_runs_and_sleeps_keep_their_order()
  local list = read '"t": { "loop": 3, "run1": 1000, "sleep1": 2000, "run2": 3000, "sleep2": 500 }'
  luaunit.assertEquals(list[1].work, { MS, 2 * MS, 3 * MS, MS // 2 })
  luaunit.assertEquals(list[1].times, 3)
  luaunit.assertEquals(list[1].name, "t")
end

function TestRtapp.test_a_sleep_before_the_first_run_is_a_later_arrival()
  local list = read '"t": { "delay": 500, "loop": 3, "sleep": 2000, "run": 1000 }'
  luaunit.assertEquals(list[1].work, { MS, 2 * MS })
  luaunit.assertEquals(list[1].arrival, 2500 * neap.us)
end

function TestRtapp.test_events_of_one_kind_add_up()
  local list = read '"t": { "loop": 1, "run1": 1000, "run2": 2000, "sleep1": 10, "sleep2": 20 }'
  luaunit.assertEquals(list[1].work, { 3 * MS, 30 * neap.us })
end

function TestRtapp.test_a_timer_at_the_end_makes_a_period()
  local list = read '"t": { "loop": 5, "run": 1000, "timer": { "ref": "r", "period": 10000 } }'
  luaunit.assertEquals(list[1].period, 10 * MS)
  luaunit.assertEquals(list[1].work, { MS })
  local report = assert(neap.simulate { workload = list })
  luaunit.assertEquals(report.end_ns, 41 * MS)
  luaunit.assertEquals(report.deadlines, 5)
end

function TestRtapp.test_a_timer_in_a_phase_is_a_sleep_for_the_rest()
  local list = read [["t": { "loop": 2, "phases": {
    "b": { "loop": 2, "run": 1000, "timer": { "ref": "r", "period": 5000 } },
    "a": { "run": 7000 } } }]]
  luaunit.assertEquals(list[1].work, { MS, 4 * MS, MS, 4 * MS, 7 * MS })
  luaunit.assertEquals(list[1].times, 2)
end

function TestRtapp.test_instances_and_endless_loops()
  local list, about = read('"a": { "instance": 3, "run": 10 }, "b": { "instance": 0, "run": 1 }',
    '"duration": 2')
  luaunit.assertEquals(#list, 1)
  luaunit.assertEquals(list[1].count, 3)
  luaunit.assertEquals(list[1].times, "always")
  luaunit.assertEquals(about.limit, 2 * neap.s)
end

function TestRtapp.test_nice_is_a_weight_and_fifo_a_priority()
  local list = read [["a": { "run": 1, "priority": -5 }, "b": { "run": 1, "priority": 19 },
    "c": { "run": 1, "policy": "SCHED_FIFO", "priority": 99 },
    "d": { "run": 1, "policy": "SCHED_DEADLINE", "dl-runtime": 1000, "dl-period": 9000,
      "dl-deadline": 8000 }]]
  luaunit.assertEquals(list[1].weight, 305)
  luaunit.assertEquals(list[2].weight, 1)
  luaunit.assertEquals(list[3].priority, 10)
  luaunit.assertEquals(list[4].period, 9 * MS)
  luaunit.assertEquals(list[4].deadline, 8 * MS)
  luaunit.assertEquals(list[4].estimate, MS)
end

function TestRtapp.test_what_has_no_place_is_left_out_and_named()
  local list, about = read '"a": { "loop": 1, "lock": "m", "run": 1000, "unlock": "m", "mem": 5 }'
  luaunit.assertEquals(list[1].work, { MS })
  luaunit.assertEquals(#about.notes, 1)
  luaunit.assertStrContains(about.notes[1], "lock, mem, unlock")
end

function TestRtapp.test_comments_are_allowed()
  luaunit.assertEquals(#assert(rtapp.read([[/* a */ { "tasks": { // b
    "t": { "run": 1 } } }]], "x.json")), 1)
end

function TestRtapp.test_what_is_wrong_is_named()
  refused("", "ends too early")
  refused("[1]", "must be an object")
  refused("{}", "tasks must be an object, not nil")
  refused('{ "tasks": { "t": 3 } }', "t must be an object, not 3")
  refused('{ "tasks": { "t": { "run": "x" } } }', 'task t: run must be a whole number.*not "x"')
  refused('{ "tasks": { "t": { "run": -1 } } }', "not %-1")
  refused('{ "tasks": { "t": { "sleep": 1 } } }', "never runs")
  refused('{ "tasks": { "t": { "run": 1, "timer": {} } } }', "timer has no period")
  refused('{ "tasks": { "t": { "run": 1, "policy": "SCHED_X" } } }', "SCHED_OTHER")
  refused('{ "tasks": { "t": { "run": 1, "priority": 20 } } }', "%-20 to 19")
  refused('{ "tasks": { "t": { "phases": { "p": { "loop": 1000000, "run": 1, "sleep": 1 } } } } }',
    "100000 events")
  refused('{ "tasks": {\n "t" { } } }', "line 2: expected :")
  refused(('['):rep(100), "64 levels")
  refused('{ "a": "x', "without an end")
end

-- Mutations of a good file: never more than an error, and always one line of it.
function TestRtapp.test_damaged_files_are_refused_or_read()
  local file <close> = assert(io.open "examples/workloads/video.json")
  local source = file:read "a"
  math.randomseed(1)
  for _ = 1, 3000 do
    local at, kind = math.random(#source), math.random(3)
    local damaged = kind == 1 and source:sub(1, at)
      or kind == 2 and source:sub(1, at - 1) .. source:sub(at + math.random(20))
      or source:sub(1, at - 1) .. string.char(math.random(0, 255)) .. source:sub(at + 1)
    local list, problem = rtapp.read(damaged, "x.json")
    if not list then
      luaunit.assertStrMatches(problem, "x%.json: .*")
      luaunit.assertNotStrContains(problem, "rtapp.lua")
    end
  end
end

os.exit(luaunit.LuaUnit.run() == 0 and 0 or 1, true)
