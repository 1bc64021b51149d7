-- sim_test.lua - `neap sim`: tables, JSON, CSV, sweeps, and what it says to wrong input.
-- ctest timeout: 120
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestSim TestSweep TestWrong
TestSim, TestSweep, TestWrong = {}, {}, {}

local same = luaunit.assertEquals
local FCFS = "examples/workloads/textbook/fcfs.lua"
local MIXED = "examples/workloads/mixed.lua"

local function sim(...)
  local answer = shell.neap { "sim", ... }
  same(answer.code, 0, answer.err)
  return answer
end

function TestSim.test_policies_side_by_side_with_the_best_of_each_row_marked()
  local answer = sim("-p", "fifo", "-p", "sjf", FCFS)
  luaunit.assertStrMatches(answer.out:match "^[^\n]*", "%s+fifo%s+sjf")
  shell.assert_contains(answer.out, "wait, mean                 170ms    30.0ms*")
  luaunit.assertStrMatches(answer.out:match "makespan[^\n]*", "makespan%s+300ms%s+300ms")
  shell.assert_contains(answer.err, "3 tasks on 1 cpu, quantum 10.0ms, seed 1, 300ms")
end

function TestSim.test_json_has_the_reports()
  local answer = cjson.decode(sim("-p", "rr", "-q", "40ms", "--json", FCFS).out)
  same(answer.schema, "neap-sim-1")
  same(answer.runs[1].policy, "round_robin")
  same(answer.runs[1].wait.mean_ns, 170e6 // 3)
  same(answer.runs[1].quantum_ns, 40e6)
end

function TestSim.test_csv_and_tasks()
  local lines = {}
  for line in sim("-p", "fifo", "-p", "rr", "--csv", FCFS).out:gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  same(#lines, 3)
  luaunit.assertStrMatches(lines[1], "policy,turnaround_mean,.*")
  luaunit.assertStrMatches(lines[2], "fifo,270000000,.*")
  shell.assert_contains(sim("-p", "fifo", "--tasks", FCFS).out, "P3")
  local rows = sim("-p", "fifo", "--tasks", "--csv", FCFS).out
  shell.assert_contains(rows, "fifo,2,P2,1,100,0,240000000,270000000,")
end

function TestSim.test_parameters_go_to_those_that_have_them()
  local aged = sim("-p", "priority", "-p", "rr", "-s", "aging=10ms", "--json", MIXED).out
  same(cjson.decode(aged).runs[1].given.params.aging, "10ms")
end

function TestSim.test_the_same_seed_gives_the_same_bytes()
  local first = sim("-p", "lottery", "-p", "fair", "--seed", "3", "--json", "--tasks", MIXED).out
  same(sim("-p", "lottery", "-p", "fair", "--seed", "3", "--json", "--tasks", MIXED).out, first)
  luaunit.assertNotEquals(
    sim("-p", "lottery", "-p", "fair", "--seed", "4", "--json", "--tasks", MIXED).out, first)
end

function TestSim.test_rt_app_with_a_note_of_what_is_left_out()
  local path = shell.file("a.json",
    '{ "tasks": { "t": { "loop": 3, "run": 1000, "lock": "m" } } }')
  local answer = sim(path)
  shell.assert_contains(answer.err, "left out, since a simulation has no place for them: lock")
  sim("-p", "fair", "examples/workloads/video.json")
end

function TestSim.test_a_policy_that_fails_is_told_of()
  local path = shell.file("bad.lua", [[return require "neap".policy { name = "bad", base = "fair",
    slice = function() error "oh" end }]])
  shell.assert_contains(sim("-p", path, FCFS).err, "bad: ejected: three failures")
end

-- Sweeps.

function TestSweep.test_a_range_of_the_quantum_and_who_is_not_beaten()
  local answer = sim("-p", "rr", "--sweep", "quantum=10ms..40ms/4", FCFS)
  local marked, rows = 0, 0
  for line in answer.out:gmatch "[^\n]+" do
    if line:find "round_robin" then
      rows = rows + 1
      marked = marked + (line:find "^%*" and 1 or 0)
    end
  end
  same(rows, 4)
  luaunit.assertTrue(marked >= 1)
end

function TestSweep.test_a_grid_as_json_agrees_with_single_runs()
  local answer = cjson.decode(sim("-p", "fair", "-p", "rr", "--sweep", "quantum=5ms,20ms",
    "--sweep", "cpus=1,2", "--json", FCFS).out)
  same(#answer.runs, 8)
  local run = answer.runs[4]
  same(run.settings, { quantum = "20ms", cpus = "2" })
  local single = cjson.decode(sim("-p", "fair", "-q", "20ms", "-j", "2", "--json", FCFS).out)
  same(run.wait, single.runs[1].wait)
  same(run.jain, single.runs[1].jain)
end

function TestSweep.test_a_parameter()
  local answer = sim("-p", "priority", "--sweep", "aging=10ms,1s", "--csv",
    "examples/workloads/textbook/priority.lua")
  luaunit.assertStrMatches(answer.out:match "^[^\n]*", "policy,best,aging,.*")
  shell.assert_contains(answer.out, "priority,1,10ms,")
end

-- What is wrong.

local function refused(message, ...)
  local answer = shell.neap { "sim", ... }
  same(answer.code, 2, answer.err)
  same(answer.out, "")
  shell.assert_contains(answer.err, message)
end

function TestWrong.test_workloads()
  refused("no workload: give a file")
  refused('unexpected "b"', "a", "b")
  refused("cannot read /nonexistent: No such file or directory", "/nonexistent")
  refused("cannot read /tmp: Is a directory", "/tmp")
  refused("is empty", shell.file("empty.lua", ""))
  refused("near <eof>", shell.file("syntax.lua", "return { {"))
  refused("task 1: weight must be a whole number from 1 to 10000, not 0",
    shell.file("weight.lua", "return { { work = 1, weight = 0 } }"))
  refused("a workload is a list of tasks, or a function", shell.file("number.lua", "return 3"))
  refused("oh no", shell.file("raises.lua", "error 'oh no'"))
  refused("give a limit for the simulation (--limit 10s)", shell.file("endless.lua",
    "return { {} }"))
end

function TestWrong.test_a_workload_without_an_end_is_cut_off()
  local path = shell.file("sparse.lua", "")
  os.execute(("truncate -s 10G %s"):format(shell.quote(path)))
  refused("it is longer than 64 MiB", path)
end

function TestWrong.test_options()
  refused('unknown policy "fiar" (did you mean "fair"?)', "-p", "fiar", FCFS)
  refused("the quantum must be a duration from 1ms to 1s", "-q", "2s", FCFS)
  refused('no policy here has a parameter "agig"', "-p", "priority", "-s", "agig=1s", FCFS)
  refused("cpus", "-j", "5000", FCFS)
  refused("give either --json or --csv", "--json", "--csv", FCFS)
  refused("unknown option '--gant'", "--gant", FCFS)
  refused("--sweep", "--sweep", "quantum", FCFS)
  refused('did you mean "quantum"', "--sweep", "quantm=1,2", FCFS)
  refused("is no range", "--sweep", "quantum=50ms..1ms", FCFS)
  refused("at least 2 values", "--sweep", "quantum=1ms..5ms/1", FCFS)
  refused("quantum", "--sweep", "quantum=1ms,3s", FCFS)
end

shell.main()
