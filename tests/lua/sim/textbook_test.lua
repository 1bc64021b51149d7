-- textbook_test.lua - the answers that textbooks give to examples/workloads/textbook, exactly.
--
-- Silberschatz, Galvin & Gagne, Operating System Concepts, ch. 5 (SGG); Arpaci-Dusseau &
-- Arpaci-Dusseau, Operating Systems: Three Easy Pieces, ch. 7 (OSTEP). One unit of time is 10 ms.
local luaunit = require "luaunit"
local neap = require "neap"

local UNIT = 10 * neap.ms

-- luacheck: globals TestTextbook
TestTextbook = {}

local function simulate(policy, name, options)
  local given = { policy = policy, workload = ("examples/workloads/textbook/%s.lua"):format(name),
    tasks = true }
  for key, value in pairs(options or {}) do given[key] = value end
  return assert(neap.simulate(given))
end

-- The sum of a figure over all tasks, in units: the means of books are fractions of it.
local function sum(report, key)
  local ns = 0
  for _, row in ipairs(report.rows) do ns = ns + row[key] end
  return ns / UNIT
end

local function each(report, key)
  local list = {}
  for i, row in ipairs(report.rows) do list[i] = row[key] / UNIT end
  return list
end

-- SGG 5.3.1: "waiting time is 0 milliseconds for process P1, 24 for P2, and 27 for P3"; mean 17.
function TestTextbook.test_first_come_first_served()
  local report = simulate("fifo", "fcfs")
  luaunit.assertEquals(each(report, "wait_ns"), { 0, 24, 27 })
  luaunit.assertEquals(report.wait.mean_ns, 17 * UNIT)
end

-- SGG 5.3.1: the same in the order P2, P3, P1: (6 + 0 + 3) / 3 = 3.
function TestTextbook.test_first_come_first_served_with_the_short_ones_first()
  local report = simulate("fifo", "fcfs_short_first")
  luaunit.assertEquals(each(report, "wait_ns"), { 0, 3, 6 })
  luaunit.assertEquals(report.wait.mean_ns, 3 * UNIT)
end

-- SGG 5.3.2: P4, P1, P3, P2 wait 0, 3, 9, 16: mean 7; FCFS 10.25.
function TestTextbook.test_shortest_job_first()
  local report = simulate("sjf", "sjf")
  luaunit.assertEquals(each(report, "wait_ns"), { 3, 16, 9, 0 })
  luaunit.assertEquals(report.wait.mean_ns, 7 * UNIT)
  luaunit.assertEquals(simulate("fifo", "sjf").wait.mean_ns, math.tointeger(10.25 * UNIT))
end

-- SGG 5.3.2: [(10 - 1) + (1 - 1) + (17 - 2) + (5 - 3)] / 4 = 26 / 4 = 6.5; without preemption 7.75.
function TestTextbook.test_shortest_remaining_time_first()
  local report = simulate("srtf", "srtf")
  luaunit.assertEquals(each(report, "wait_ns"), { 9, 0, 15, 2 })
  luaunit.assertEquals(report.wait.mean_ns, math.tointeger(6.5 * UNIT))
  luaunit.assertEquals(simulate("sjf", "srtf").wait.mean_ns, math.tointeger(7.75 * UNIT))
end

-- SGG 5.3.3: a quantum of 4: P1 waits 6 (10 - 4), P2 4, P3 7: 17 / 3 = 5.66.
function TestTextbook.test_round_robin()
  local report = simulate("rr", "fcfs", { quantum = 4 * UNIT })
  luaunit.assertEquals(each(report, "wait_ns"), { 6, 4, 7 })
  luaunit.assertEquals(report.wait.mean_ns, 17 * UNIT // 3)
end

-- SGG 5.3.4: P2, P5, P1, P3, P4: mean 8.2.
function TestTextbook.test_priority()
  local report = simulate("priority", "priority")
  luaunit.assertEquals(each(report, "wait_ns"), { 6, 0, 16, 18, 1 })
  luaunit.assertEquals(report.wait.mean_ns, math.tointeger(8.2 * UNIT))
end

-- OSTEP 7.3, 7.4: "(100 + 110 + 120) / 3 = 110", "(10 + 20 + 120) / 3 = 50".
function TestTextbook.test_the_convoy_and_shortest_first()
  luaunit.assertEquals(simulate("fifo", "convoy").turnaround.mean_ns, 110 * UNIT)
  luaunit.assertEquals(simulate("sjf", "convoy").turnaround.mean_ns, 50 * UNIT)
end

-- OSTEP 7.4, 7.5: B and C come at 10: SJF (100 + (110 - 10) + (120 - 10)) / 3 = 103.33; STCF
-- ((120 - 0) + (20 - 10) + (30 - 10)) / 3 = 50.
function TestTextbook.test_shortest_to_completion_with_late_arrivals()
  luaunit.assertEquals(sum(simulate("sjf", "late"), "turnaround_ns"), 310)
  luaunit.assertEquals(simulate("srtf", "late").turnaround.mean_ns, 50 * UNIT)
end

-- OSTEP 7.7: three jobs of 5: SJF responds after (0 + 5 + 10) / 3 = 5, RR with a slice of 1 after
-- (0 + 1 + 2) / 3 = 1; "A finishes at 13, B at 14, and C at 15, for an average of 14".
function TestTextbook.test_response_of_round_robin()
  luaunit.assertEquals(simulate("sjf", "response").response.mean_ns, 5 * UNIT)
  local report = simulate("rr", "response", { quantum = UNIT })
  luaunit.assertEquals(report.response.mean_ns, UNIT)
  luaunit.assertEquals(each(report, "end_ns"), { 13, 14, 15 })
  luaunit.assertEquals(report.turnaround.mean_ns, 14 * UNIT)
end

-- OSTEP 9.2-9.3: two equal jobs under a proportional share end together: fairness T1/T2 near 1,
-- for a deterministic one within one slice.
function TestTextbook.test_a_fair_share_lets_equal_jobs_end_together()
  local report = assert(neap.simulate { policy = "stride", tasks = true,
    workload = { { work = "1s" }, { work = "1s" } } })
  local first, second = report.rows[1].end_ns, report.rows[2].end_ns
  luaunit.assertTrue(math.abs(first - second) <= 10 * neap.ms)
end

os.exit(luaunit.LuaUnit.run() == 0 and 0 or 1, true)
