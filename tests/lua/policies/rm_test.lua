-- rm_test.lua - what rm promises: no miss below Liu and Layland's bound.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestRm
TestRm = {}

local same = luaunit.assertEquals
local ms = neap.ms

local function run_set(set, time)
  local rt <close> = check.under("rm", 1) -- and one that is always there
  local load, records = workload.on(rt), {}
  for i, item in ipairs(set) do records[i] = load:periodic(item[1], item[2]) end
  rt:run(time)
  same(rt:stats().failures, 0)
  return records
end

local function bound(n)
  return n * (2 ^ (1 / n) - 1)
end

function TestRm.test_no_period_is_missed_below_the_bound()
  for seed = 1, 40 do
    local number = workload.numbers(seed)
    local set, parts, sum = {}, {}, 0
    local n = number(1, 10)
    for i = 1, n do
      parts[i] = number(1, 100)
      sum = sum + parts[i]
    end
    for i = 1, n do
      local period = number(10, 200) * ms
      set[i] = { period, period * bound(n) * parts[i] / sum // 1 | 0 }
    end
    for i, record in ipairs(run_set(set, 20 * neap.s)) do
      same(record.missed, 0, ("seed %d, task %d of %d"):format(seed, i, n))
      luaunit.assertTrue(record.jobs > 90)
    end
  end
end

-- Liu and Layland's worst case, a little beyond the bound: here edf would still miss nothing.
function TestRm.test_beyond_the_bound_the_longest_period_may_miss()
  local short, long = table.unpack(run_set({ { 100 * ms, 42 * ms }, { 141 * ms, 59 * ms } },
    10 * neap.s))
  same(short.missed, 0)
  luaunit.assertTrue(long.missed > 0)
end

function TestRm.test_an_overload_hits_the_longest_period_only()
  local first, second, third = table.unpack(run_set({ { 20 * ms, 8 * ms }, { 50 * ms, 20 * ms },
    { 100 * ms, 50 * ms } }, 10 * neap.s))
  same({ first.missed, second.missed }, { 0, 0 })
  luaunit.assertTrue(third.missed > 10)
end

check.main()
