-- las_test.lua - what las promises: nearly as good as srtf on a heavy tail, knowing nothing.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestLas
TestLas = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Sizes of a bounded Pareto distribution, 10 ms to 100 s, shape 1.1: half of the work is in the
-- largest 2 or 3 of 100 jobs. Its mean is about 64 ms; they come at random, as a Poisson process
-- would have it, so often that they take the part `load` of the cpu.
local LEAST, MOST, SHAPE = 10 * ms, 100000 * ms, 1.1

local function heavy_tail(policy, seed, part)
  local rt <close> = check.runtime { policy = policy }
  local load, number = workload.on(rt), workload.numbers(seed)
  local function chance() return (number(0, (1 << 30) - 1) + 0.5) / (1 << 30) end
  local needs, sum, jobs, at = {}, 0, {}, 0
  for i = 1, 1000 do
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

function TestLas.test_the_mean_turnaround_is_within_a_fifth_of_srtfs_at_half_load()
  local las, srtf = 0, 0
  for seed = 1, 10 do
    las = las + heavy_tail("las", seed, 0.5)
    srtf = srtf + heavy_tail("srtf", seed, 0.5)
  end
  luaunit.assertTrue(las <= 1.2 * srtf, ("%.3f times srtf's"):format(las / srtf))
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
