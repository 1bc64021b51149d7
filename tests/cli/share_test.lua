-- share_test.lua - what real busy loops get: by neap's accounts and by the kernel's own.
-- ctest labels: timing
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestShare
TestShare = {}

-- A loop that says at its end what the kernel counted for it, in ns.
local LOOP = "trap 'read ns rest </proc/$$/schedstat; echo $0 $ns; exit' TERM; while :; do :; done"

-- Runs loops with these weights for `seconds`. Returns { name -> ns } by --stats and by the kernel,
-- the answer, and { name -> turns }.
local function run_loops(weights, seconds, ...)
  local jobs, stats = {}, shell.path("shares.json")
  for i, weight in ipairs(weights) do
    jobs[i] = ('{ "sh", "-c", %q, "loop%d", name = "loop%d", weight = %d },'):format(
      LOOP, i, i, weight)
  end
  local path = shell.file("loops.lua", "return {" .. table.concat(jobs) .. "}")
  local answer = shell.neap {
    "run", "-f", path, "--for", seconds .. "s", "--stats", stats, ...,
  }
  luaunit.assertEquals(answer.code, 0, answer.err)
  local ours, kernels, turns = {}, {}, {}
  for _, task in ipairs(cjson.decode(shell.read(stats)).tasks) do
    ours[task.name], turns[task.name] = task.cpu_ns, task.slices
  end
  for name, ns in answer.out:gmatch("(loop%d+) (%d+)\n") do kernels[name] = tonumber(ns) end
  return ours, kernels, answer, turns
end

-- Each part of the sum is the weight's within `most` (a fraction) or `least_ns`.
local function assert_shares(who, got, weights, most, least_ns)
  local sum, all = 0, 0
  for i, weight in ipairs(weights) do
    sum, all = sum + assert(got["loop" .. i], "nothing said of loop " .. i), all + weight
  end
  luaunit.assertTrue(sum > 0)
  for i, weight in ipairs(weights) do
    local share, ideal = got["loop" .. i] / sum, weight / all
    local error = math.abs(share - ideal)
    luaunit.assertTrue(error <= math.max(most, least_ns / sum),
      ("%s: loop %d got %.4f, not %.4f"):format(who, i, share, ideal))
  end
end

function TestShare.test_fair_divides_one_cpu_by_weight()
  local weights = { 50, 100, 200 }
  local ours, kernels = run_loops(weights, 7, "-p", "fair", "-j1")
  assert_shares("neap", ours, weights, 0.01, 10e6)
  assert_shares("kernel", kernels, weights, 0.01, 10e6)
end

-- By turns: what each makes of its own depends on what else the machine does.
function TestShare.test_round_robin_divides_two_cpus_evenly()
  if tonumber(shell.output("nproc")) < 2 then luaunit.skip("one CPU") end
  local _, _, _, turns = run_loops({ 1, 1, 1, 1 }, 4, "-p", "rr", "-j2")
  local sum = 0
  for _, slices in pairs(turns) do sum = sum + slices end
  luaunit.assertTrue(sum > 100, ("%d turns in 4 s"):format(sum))
  for name, slices in pairs(turns) do
    luaunit.assertAlmostEquals(slices, sum / 4, 2, name)
  end
end

function TestShare.test_the_accounts_are_the_kernels()
  local ours, kernels = run_loops({ 100, 300 }, 1, "-p", "fair", "-j1")
  for name, ns in pairs(ours) do
    luaunit.assertAlmostEquals(ns, kernels[name], 2e6, name) -- what it did after it had said so
  end
end

function TestShare.test_the_ideal_in_the_table_is_the_weights()
  local _, _, answer = run_loops({ 100, 300 }, 1, "-p", "fair", "-j1")
  local low = tonumber(answer.err:match("loop1[^\n]- [%d.]+%% +([%d.]+)%%"))
  luaunit.assertAlmostEquals(low, 25, 1)
end

shell.main()
