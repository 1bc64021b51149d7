-- generator_test.lua - w, which workloads draw their tasks with: the same seed, the same tasks.
local neap = require "neap"
local generator = require "neap.generator"
local luaunit = require "luaunit"
local workload = require "neap.workload"

-- luacheck: globals TestGenerator
TestGenerator = {}

local function mean(n, draw)
  local sum = 0
  for _ = 1, n do sum = sum + draw() end
  return sum / n
end

local function near(is, wanted, part)
  luaunit.assertTrue(math.abs(is - wanted) <= part * wanted, ("%g, not %g"):format(is, wanted))
end

-- Blackman & Vigna's generator, seeded by SplitMix64 with 1: the runtime's own numbers.
function TestGenerator.test_the_numbers_are_those_of_xoshiro256()
  local w = generator.new(1)
  local first = w.draws:bits()
  luaunit.assertEquals(("%016x"):format(first), "b3f2af6d0fc710c5")
end

function TestGenerator.test_a_seed_is_a_sequence()
  local a, b, c = generator.new(3), generator.new(3), generator.new(4)
  local differ = false
  for _ = 1, 100 do
    local x = a:random()
    luaunit.assertEquals(x, b:random())
    luaunit.assertTrue(x >= 0 and x < 1)
    differ = differ or x ~= c:random()
  end
  luaunit.assertTrue(differ)
end

function TestGenerator.test_means()
  local w = generator.new(1)
  near(mean(20000, function() return w:random() end), 0.5, 0.02)
  near(mean(20000, function() return w:random(1, 9) end), 5, 0.02)
  near(mean(20000, function() return w:exponential "10ms" end), 10 * neap.ms, 0.03)
  near(mean(20000, function() return w:uniform("10ms", "30ms") end), 20 * neap.ms, 0.02)
end

function TestGenerator.test_a_pareto_stays_within_its_bounds_and_has_a_tail()
  local w, longest, short = generator.new(1), 0, 0
  for _ = 1, 20000 do
    local x = w:pareto { alpha = 1.1, min = "1ms", max = "1s" }
    luaunit.assertTrue(x >= neap.ms and x <= neap.s)
    longest = math.max(longest, x)
    if x < 2 * neap.ms then short = short + 1 end
  end
  luaunit.assertTrue(longest > 500 * neap.ms)
  near(short / 20000, 1 - 0.5 ^ 1.1, 0.05)
end

function TestGenerator.test_poisson_arrivals_have_their_rate()
  local w = generator.new(1)
  w:poisson { rate = 50, count = 5000, task = { work = "1ms" } }
  luaunit.assertEquals(#w.tasks, 5000)
  near(w.tasks[5000].arrival / neap.s, 100, 0.05)
end

-- Bini & Buttazzo, 2005: the parts add up, and each has the same mean.
function TestGenerator.test_shares_add_up_and_are_even()
  local w, first = generator.new(1), 0
  for _ = 1, 2000 do
    local sum, parts = 0, w:shares(5, 0.8)
    for _, part in ipairs(parts) do sum = sum + part end
    near(sum, 0.8, 1e-9)
    first = first + parts[1]
  end
  near(first / 2000, 0.16, 0.05)
end

function TestGenerator.test_a_periodic_set_needs_what_was_asked_for()
  local w, need = generator.new(1), 0
  w:periodic { n = 10, utilisation = 1.5, min = "10ms", max = "1s", time = "10s" }
  for _, task in ipairs(w.tasks) do need = need + task.work / task.period end
  near(need, 1.5, 1e-6)
end

function TestGenerator.test_a_fork_tree_has_all_its_generations()
  local flat = assert(workload.flat(function(w)
    w:fork_tree { depth = 3, fanout = 2, work = "5ms", name = "make" }
  end, 1))
  luaunit.assertEquals(#flat, 15)
  luaunit.assertEquals(assert(neap.simulate { workload = flat, cpus = 4 }).ended, 15)
end

function TestGenerator.test_what_is_missing_is_named()
  local w = generator.new(1)
  luaunit.assertErrorMsgContains("poisson: rate is missing", w.poisson, w, { count = 1 })
  luaunit.assertErrorMsgContains("pareto: max is missing", w.pareto, w, { min = "1ms" })
  luaunit.assertErrorMsgContains("not 1x", w.exponential, w, "1x")
end

-- math.random() of a file is the seed's, and nothing else is.
function TestGenerator.test_chance_in_a_file_is_the_seeds()
  local path = os.tmpname() .. ".lua"
  local file = assert(io.open(path, "w"))
  file:write "return { { work = math.random(1000000) }, { work = math.random(1000000) } }"
  file:close()
  local function works(seed)
    local read = assert(workload.read(path, seed))
    return { read.tasks[1].work[1], read.tasks[2].work[1] }
  end
  local first = works(5)
  luaunit.assertEquals(first, works(5))
  luaunit.assertNotEquals(first, works(6))
  os.remove(path)
end

function TestGenerator.test_every_example_can_be_read()
  local pipe = assert(io.popen "ls examples/workloads/*.lua examples/workloads/textbook/*.lua")
  local count = 0
  for path in pipe:lines() do
    count = count + 1
    luaunit.assertTrue(#assert(workload.read(path, 1)).tasks > 0)
  end
  pipe:close()
  luaunit.assertTrue(count >= 15)
end

os.exit(luaunit.LuaUnit.run() == 0 and 0 or 1, true)
