-- tiny_test.lua - the smallest policies of examples/policies keep what they promise, and are small.
local check = require "check"
local code = require "code"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestTiny
TestTiny = {}

local same = luaunit.assertEquals
local ms = neap.ms

local FAIR, LOTTERY = "examples/policies/fair5.lua", "examples/policies/lottery15.lua"

function TestTiny.test_a_fair_policy_is_five_lines_lottery_fifteen_mlfq_forty()
  luaunit.assertTrue(code.lines(FAIR) <= 5)
  luaunit.assertTrue(code.lines(LOTTERY) <= 15)
  luaunit.assertTrue(code.lines "policies/mlfq.lua" <= 40)
end

function TestTiny.test_fair_divides_by_weight_and_pays_no_latecomer_or_sleeper_back()
  local rt <close> = check.under(FAIR)
  local light, heavy = rt:task { weight = 100 }, rt:task { weight = 300 }
  rt:run(4 * neap.s)
  luaunit.assertAlmostEquals(heavy.cpu_ns, 3 * neap.s, 20 * ms)
  local late = rt:task { weight = 100 }
  rt:run(5 * neap.s)
  luaunit.assertAlmostEquals(late.cpu_ns, neap.s, 30 * ms)
  local before = light.cpu_ns
  late:pause()
  rt:run(4 * neap.s)
  late:resume()
  rt:run(5 * neap.s)
  luaunit.assertAlmostEquals(light.cpu_ns - before, 2 * neap.s, 30 * ms)
  same({ rt:stats().failures, rt.policy }, { 0, "fair5" })
end

function TestTiny.test_lottery_draws_by_weight_whom_the_cpu_is_allowed()
  local rt <close> = check.under(LOTTERY, 0, { quantum = ms, cpus = 2, seed = 3 })
  for id = 1, 6 do rt:task { weight = 50 * id } end
  for id = 1, 6 do rt:find(id).affinity = { id % 2 } end
  rt:run(20 * neap.s)
  for id = 1, 6 do -- 600 tickets on cpu 0, 450 on cpu 1
    local expected = 20 * neap.s * 50 * id / (id % 2 == 0 and 600 or 450)
    luaunit.assertAlmostEquals(rt:find(id).cpu_ns / expected, 1, 0.05)
  end
  same({ rt:stats().failures, rt.policy }, { 0, "lottery15" })
end

check.main()
