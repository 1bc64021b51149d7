-- srtf_test.lua - what srtf promises: with true estimates nobody could do better.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestSrtf
TestSrtf = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- The sum of turnarounds when at each instant the job with least left runs: the optimum (Schrage
-- 1968), worked out from one arrival or end to the next.
local function optimum(jobs)
  local left, now, sum = {}, 0, 0
  for i, job in ipairs(jobs) do left[i] = job.need end
  while true do
    local best, next_arrival
    for i, job in ipairs(jobs) do
      if left[i] > 0 and job.at <= now and (not best or left[i] < left[best]) then best = i end
      if job.at > now then next_arrival = math.min(next_arrival or job.at, job.at) end
    end
    if not best and not next_arrival then return sum end
    local ends = best and now + left[best] or math.maxinteger
    local step = math.min(ends, next_arrival or math.maxinteger) - now
    if best then left[best] = left[best] - step end
    now = now + step
    if best and left[best] == 0 then sum = sum + now - jobs[best].at end
  end
end

function TestSrtf.test_the_mean_turnaround_is_the_optimum_with_true_estimates()
  for seed = 1, 30 do
    local number = workload.numbers(seed)
    local rt <close> = check.runtime { policy = "srtf" }
    local load, jobs = workload.on(rt), {}
    for i = 1, number(2, 40) do
      local need = number(1, 200) * ms
      jobs[i] = load:job(number(0, 2000) * ms, need, { estimate = need })
    end
    rt:run()
    local sum = 0
    for _, job in ipairs(jobs) do sum = sum + job.took end
    same(sum, optimum(jobs), "seed " .. seed)
    same(rt:stats().failures, 0)
  end
end

function TestSrtf.test_what_is_guessed_follows_the_sleeps()
  local rt <close> = check.runtime { policy = "srtf" }
  local load = workload.on(rt)
  local _, long = load:sleeper(80 * ms, 20 * ms)
  local _, short = load:sleeper(5 * ms, 45 * ms)
  rt:run(10 * neap.s)
  luaunit.assertTrue(#short > 100 and workload.quantile(short, 0.9) <= 0, "the short one waits")
  luaunit.assertTrue(workload.mean(long) > 0)
end

function TestSrtf.test_who_exceeds_its_estimate_gives_way_to_those_with_less_left()
  local rt <close> = check.under "srtf"
  local liar = rt:task { estimate = 10 * ms }
  rt:run(10 * ms)
  local late = rt:task { estimate = 50 * ms }
  rt:run(50 * ms) -- by then it is over by what the other has left
  same({ liar.cpu_ns, late.cpu_ns }, { 60 * ms, 0 })
  rt:run(50 * ms)
  same({ liar.cpu_ns, late.cpu_ns }, { 60 * ms, 50 * ms })
end

function TestSrtf.test_a_part_that_is_none_is_refused()
  check.failed(71, "newest: 101 is out of range 0..100",
    neap.runtime { clock = "virtual", policy = "srtf", params = { newest = 101 } })
end

check.main()
