-- why_test.lua - `neap why`: a recorded run of real processes says why a task waited.
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestWhy
TestWhy = {}

local same = luaunit.assertEquals
local record

local BUSY = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done\n"

function TestWhy:setUp() -- luacheck: ignore 212
  record = shell.path "run.rec"
  local run = shell.neap { "run", "-p", "fair", "-j1", "--record", record, "-f",
    shell.file("jobs.txt", BUSY .. BUSY .. "sleep 0.2\n" .. "exit 3\n") }
  same(run.code, 1)
end

function TestWhy.test_the_longest_wait_is_told_when_no_time_is_given()
  local why = shell.neap { "why", record, "2" }
  same({ why.code, why.err }, { 0, "" })
  luaunit.assertStrContains(why.out, "its longest wait is from ")
  luaunit.assertStrContains(why.out, "fair says: vruntime ")
  luaunit.assertStrContains(why.out, "it gets cpu 0 at ")
  luaunit.assertStrContains(why.out, "until then the cpus have: task ")
end

local function ask(...)
  return cjson.decode(shell.neap({ "why", record, "2", "--json", ... }).out)
end

function TestWhy.test_in_the_midst_of_a_wait_its_end_is_known()
  local wait = ask().longest_wait
  local at = (wait.from_ns + wait.to_ns) // 2
  local facts = ask(("%dns"):format(at))
  same({ facts.schema, facts.task, facts.at_ns, facts.policy, facts.state },
    { "neap-why-1", 2, at, "fair", "ready" })
  same({ facts.since_ns, facts.next.at_ns, facts.next.cpu }, { wait.from_ns, wait.to_ns, 0 })
  same({ facts.cpus[1].cpu, #facts.cpus }, { 0, 1 })
end

function TestWhy.test_a_task_has_a_name_too_and_an_end()
  local why = shell.neap { "why", record, "sleep", "1h" }
  luaunit.assertStrMatches(why.out, "task 3 %(sleep%), at 3600.000000s: it has ended at .*s: 0\n")
  why = shell.neap { "why", record, "4", "1h" }
  luaunit.assertStrContains(why.out, "it has ended at ")
  luaunit.assertStrMatches(why.out, ".*: 3\n")
end

function TestWhy.test_beyond_the_end_of_a_record_nothing_is_known()
  local cut = shell.path "cut.rec"
  local run = shell.start_neap { "run", "-j1", "--record", cut, "--on-death", "end", "--", "sh",
    "-c", "echo up; while :; do :; done" }
  run:await "up"
  shell.await("a record of its task", 10, function()
    return shell.neap({ "why", cut, "1", "0ms" }).code == 0
  end)
  run:signal "KILL"
  run:finish()
  run:assert_gone(5)
  local why = shell.neap { "why", cut, "1", "99h" }
  same(why.code, 0)
  luaunit.assertStrMatches(why.out, "task 1 %(sh%), at 356400.000000s: the record ends at .*\n")
end

function TestWhy.test_what_is_not_there_is_refused()
  for _, case in ipairs {
    { { record, "nobody" }, "has no task nobody" },
    { { record, "99" }, "has no task 99" },
    { { record, "1", "soon" }, '"soon" is not a duration' },
    { { "/nowhere/at/all", "1" }, "No such file" },
    { { "/", "1" }, "it is a directory" },
    { { shell.path "jobs.txt", "1" }, "is no recorded run" },
    { { record }, "missing argument 'task'" },
  } do
    local why = shell.neap { "why", table.unpack(case[1]) }
    same(why.code, 2)
    luaunit.assertStrContains(why.err, case[2])
  end
end

shell.main()
