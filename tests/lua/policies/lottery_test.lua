-- lottery_test.lua - what lottery promises: draws that nobody can tell from fair ones, and again.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestLottery
TestLottery = {}

local same = luaunit.assertEquals
local ms = neap.ms

local WEIGHTS = { 50, 100, 200, 400, 1, 249 } -- 1000 tickets

-- How far so many draws are from the weights: distributed as chi square, 5 degrees of freedom.
local function chi_square(seed, draws)
  local rt <close> = check.under("lottery", 0, { quantum = ms, seed = seed })
  for _, weight in ipairs(WEIGHTS) do rt:task { weight = weight } end
  rt:run(draws * ms)
  local chi = 0
  for i, weight in ipairs(WEIGHTS) do
    local expected = draws * weight / 1000
    chi = chi + (rt:find(i).cpu_ns / ms - expected) ^ 2 / expected
  end
  same(rt:stats().failures, 0)
  return chi
end

function TestLottery.test_a_hundred_thousand_draws_pass_for_fair_ones()
  local chi = chi_square(20, 100000)
  luaunit.assertTrue(chi < 15.09, "chi square of " .. chi) -- p = 0.01
end

function TestLottery.test_so_do_many_short_runs_together()
  local chi = 0
  for seed = 1, 20 do chi = chi + chi_square(seed, 10000) end
  luaunit.assertTrue(chi < 135.8, "chi square of " .. chi) -- 100 degrees of freedom, p = 0.01
  luaunit.assertTrue(chi > 70.06, "too good to be drawn: " .. chi) -- p = 0.99
end

local function schedule(seed)
  local rt <close> = check.under("lottery", 0, { cpus = 2, seed = seed })
  for _, weight in ipairs(WEIGHTS) do rt:task { weight = weight } end
  return check.turns(rt, 5 * neap.s)
end

function TestLottery.test_the_same_seed_gives_the_same_schedule()
  same(schedule(7), schedule(7))
  luaunit.assertNotEquals(schedule(7), schedule(8))
end

check.main()
