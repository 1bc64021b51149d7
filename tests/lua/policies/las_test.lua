-- las_test.lua - what las promises: nearly as good as srtf on a heavy tail, knowing nothing.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestLas
TestLas = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Sizes of a bounded Pareto distribution, 10 ms to 10,000 s, shape 1.1: the lives of processes
-- (M. Harchol-Balter and A. Downey, Exploiting Process Lifetime Distributions, 1997, found 1.0).
-- They come at random, as a Poisson process would have it, so often that they take the part `part`
-- of the cpu. Fewer jobs would have no tail: the longest of 1,000 is mostly below 10 s.
local LEAST, MOST, SHAPE, JOBS = 10 * ms, 10000 * neap.s, 1.1, 10000

local function heavy_tail(policy, seed, part)
  local rt <close> = check.runtime { policy = policy }
  local load, number = workload.on(rt), workload.numbers(seed)
  local function chance() return (number(0, (1 << 30) - 1) + 0.5) / (1 << 30) end
  local needs, sum, jobs, at = {}, 0, {}, 0
  for i = 1, JOBS do
    local u = chance() * (1 - (LEAST / MOST) ^ SHAPE)
    needs[i] = LEAST / (1 - u) ^ (1 / SHAPE) // 1 | 0
    sum = sum + needs[i]
  end
  for i, need in ipairs(needs) do
    at = at + (-math.log(chance()) * sum / #needs / part // 1 | 0)
    jobs[i] = load:job(at, need, { estimate = need })
  end
  rt:run()
  same(rt:stats().failures, 0)
  return workload.mean_of(jobs, "took")
end

local function assert_near_srtf(part, most)
  local las, srtf = 0, 0
  for seed = 1, 4 do
    las = las + heavy_tail("las", seed, part)
    srtf = srtf + heavy_tail("srtf", seed, part)
  end
  luaunit.assertTrue(las <= most * srtf, ("%.3f times srtf's"):format(las / srtf))
end

function TestLas.test_at_half_load_the_mean_turnaround_is_within_a_fifth_of_srtfs()
  assert_near_srtf(0.5, 1.2)
end

function TestLas.test_so_it_is_at_seventy_percent()
  assert_near_srtf(0.7, 1.2)
end

function TestLas.test_at_ninety_percent_it_is_within_two_fifths()
  assert_near_srtf(0.9, 1.4)
end

function TestLas.test_who_has_had_least_runs_and_a_newcomer_takes_the_cpu_at_once()
  local rt <close> = check.under("las", 2)
  rt:run(100 * ms)
  local late = rt:task {}
  rt:run(45 * ms)
  same(late.cpu_ns, 45 * ms)
  rt:run(105 * ms)
  luaunit.assertAlmostEquals(late.cpu_ns, 250 * ms // 3, 10 * ms)
end

check.main()
