-- fifo_test.lua - what fifo promises: order of arrival, to the end, without preemption.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestFifo
TestFifo = {}

local same = luaunit.assertEquals
local ms = neap.ms

function TestFifo.test_each_runs_to_its_end_in_order_of_arrival()
  local rt <close> = check.runtime { policy = "fifo" }
  local load, number = workload.on(rt), workload.numbers(1)
  local order = {}
  rt:on("exit", function(task) order[#order + 1] = task.id end)
  for i = 1, 50 do load:job(i * ms, number(1, 300) * ms) end
  rt:run()
  for i = 1, 50 do same(order[i], i) end
  local stats = rt:stats()
  same({ stats.preemptions, stats.dispatches, stats.failures }, { 0, 50, 0 })
end

function TestFifo.test_who_sleeps_takes_its_old_place_and_still_preempts_nobody()
  local rt <close> = check.under("fifo", 3)
  rt:run(10 * ms)
  rt:find(1):block()
  rt:run(50 * ms)
  rt:find(1):wake()
  rt:run(50 * ms)
  same({ rt:find(1).cpu_ns, rt:find(2).cpu_ns }, { 10 * ms, 100 * ms })
  rt:find(2):finish()
  same(check.turns(rt, 50 * ms), "1")
  same(rt:stats().preemptions, 0)
end

check.main()
