-- sjf_test.lua - what sjf promises: of all orders without preemption the best.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestSjf
TestSjf = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- The least sum of turnarounds over all orders of the jobs, by trying them.
local function optimum(needs)
  local best = math.maxinteger
  local function try(n, now, sum)
    if n == 0 then best = math.min(best, sum) end
    for i = 1, n do
      local need = needs[i]
      needs[i], needs[n] = needs[n], need
      try(n - 1, now + need, sum + now + need)
      needs[i], needs[n] = need, needs[i]
    end
  end
  try(#needs, 0, 0)
  return best
end

function TestSjf.test_the_mean_turnaround_is_the_optimum_with_true_estimates()
  for seed = 1, 20 do
    local number = workload.numbers(seed)
    local rt <close> = check.runtime { policy = "sjf" }
    local load, jobs, needs = workload.on(rt), {}, {}
    for i = 1, number(2, 7) do
      needs[i] = number(1, 100) * ms
      jobs[i] = load:job(0, needs[i], { estimate = needs[i] })
    end
    rt:run()
    local sum = 0
    for _, job in ipairs(jobs) do sum = sum + job.took end
    same(sum, optimum(needs), "seed " .. seed)
    same({ rt:stats().preemptions, rt:stats().failures }, { 0, 0 })
  end
end

function TestSjf.test_equals_do_not_take_turns()
  local rt <close> = check.runtime { policy = "sjf" }
  local load = workload.on(rt)
  local first = load:job(0, 100 * ms, { estimate = 100 * ms })
  local second = load:job(0, 100 * ms, { estimate = 100 * ms })
  rt:run()
  same({ first.took, second.took }, { 100 * ms, 200 * ms })
end

function TestSjf.test_what_is_guessed_follows_the_sleeps()
  local rt <close> = check.runtime { policy = "sjf" }
  local load = workload.on(rt)
  local number = workload.numbers(1)
  local function nap() return number(1, 60) * ms end
  local _, long = load:sleeper(20 * ms, nap)
  local _, short = load:sleeper(5 * ms, nap)
  load:sleeper(20 * ms, nap)
  rt:run(10 * neap.s)
  -- it waits for the one that runs, never for both
  luaunit.assertTrue(#short > 100 and workload.quantile(short, 0.98) <= 20 * ms)
  luaunit.assertTrue(workload.quantile(long, 0.98) > 20 * ms)
end

function TestSjf.test_a_part_that_is_none_is_refused()
  check.failed(71, "newest: 101 is out of range 0..100",
    neap.runtime { clock = "virtual", policy = "sjf", params = { newest = 101 } })
end

check.main()
