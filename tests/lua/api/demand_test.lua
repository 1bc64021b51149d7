-- demand_test.lua - what the tasks of a recorded run asked for is read from its record.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestDemand
TestDemand = {}

local same = luaunit.assertEquals
local path = os.tmpname()

local function asked(act, options)
  options = options or {}
  options.record = path
  do
    local rt <close> = check.runtime(options)
    act(rt)
  end
  return (assert(require("neap.demand").read(path)))
end

function TestDemand.test_runs_and_sleeps_are_kept()
  local list = asked(function(rt)
    local a = rt:task { name = "a", weight = 300, group = 2, estimate = neap.s }
    rt:run(30 * neap.ms)
    a:block()
    rt:run(50 * neap.ms)
    a:wake()
    rt:run(7 * neap.ms)
    a:finish()
    rt:run(0)
  end)
  same(list, { { name = "a", arrival = 0, weight = 300, group = 2, priority = 5,
    estimate = neap.s, work = { 30 * neap.ms, 50 * neap.ms, 7 * neap.ms } } })
end

function TestDemand.test_waiting_is_no_part_of_it()
  local list = asked(function(rt)
    rt:task { name = "a" }
    rt:run(5 * neap.ms)
    rt:task { name = "b" }
    rt:run(35 * neap.ms)
    rt:finish()
    rt:run(0)
  end)
  same({ list[1].work, list[2].work }, { { 20 * neap.ms }, { 20 * neap.ms } })
  same({ list[1].arrival, list[2].arrival }, { 0, 5 * neap.ms })
end

function TestDemand.test_a_pause_is_a_sleep()
  local list = asked(function(rt)
    local a = rt:task {}
    rt:run(10 * neap.ms)
    a:pause()
    rt:run(100 * neap.ms)
    a:resume()
    rt:run(10 * neap.ms)
    a:finish()
    rt:run(0)
  end)
  same(list[1].work, { 10 * neap.ms, 100 * neap.ms, 10 * neap.ms })
end

function TestDemand.test_who_never_ran_asks_for_next_to_nothing()
  local list = asked(function(rt)
    rt:task {}
    rt:task { name = "late" }
    rt:run(5 * neap.ms)
    rt:finish()
    rt:run(0)
  end, { policy = "fifo" })
  same({ list[2].name, list[2].work }, { "late", { 1 } })
end

function TestDemand.test_what_is_no_record_is_refused()
  local list, message = require("neap.demand").read("/nowhere/at/all")
  same(list, nil)
  luaunit.assertStrContains(message, "No such file")
end

function TestDemand:tearDown() -- luacheck: ignore 212
  os.remove(path)
end

check.main()
