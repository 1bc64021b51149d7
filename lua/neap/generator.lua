-- generator.lua - w: what a workload's function draws its tasks with, all from one seed.
--
-- The numbers are xoshiro256** (Blackman & Vigna, 2018), in integers: the same everywhere. The
-- shapes (exponential and the like) go through the C library's log and pow.
local neap = require "neap.core"

local generator = {}

local Random, Workload = {}, {}
Random.__index, Workload.__index = Random, Workload

local function rotate(x, by) return x << by | x >> (64 - by) end

-- Spreads a seed over the state (Steele, Lea & Flood, SplitMix, 2014).
local function random_of(seed)
  local state = setmetatable({}, Random)
  for i = 1, 4 do
    seed = seed + 0x9e3779b97f4a7c15
    local z = seed
    z = (z ~ z >> 30) * 0xbf58476d1ce4e5b9
    z = (z ~ z >> 27) * 0x94d049bb133111eb
    state[i] = z ~ z >> 31
  end
  return state
end

function Random:bits()
  local answer, t = rotate(self[2] * 5, 7) * 9, self[2] << 17
  self[3] = self[3] ~ self[1]
  self[4] = self[4] ~ self[2]
  self[2] = self[2] ~ self[3]
  self[1] = self[1] ~ self[4]
  self[3] = self[3] ~ t
  self[4] = rotate(self[4], 45)
  return answer
end

-- In [0, 1).
function Random:unit() return (self:bits() >> 11) * 2.0 ^ -53 end

-- In least..most.
function Random:whole(least, most)
  local span = most - least + 1
  if span <= 0 then return least end
  return least + (self:bits() >> 1) % span
end

-- math with a random() of the seed's.
function generator.math(seed)
  local random = random_of(seed ~ 0x6d617468)
  local own = {}
  for name, value in pairs(math) do own[name] = value end
  function own.random(least, most)
    if not least then return random:unit() end
    if not most then least, most = 1, least end
    return random:whole(math.tointeger(least), math.tointeger(most))
  end
  function own.randomseed() error("the seed of a workload is given from outside (--seed)", 2) end
  return own
end

local function duration(value, what)
  local ok, ns = pcall(neap.duration, value)
  if not ok then error(("%s: expected a duration like \"10ms\", not %s"):format(what, value), 3) end
  return ns
end

local function ns_of(x) return math.max(1, math.floor(x + 0.5)) end

-- One that is needed.
local function need(given, key, what)
  if given[key] == nil then error(("%s: %s is missing"):format(what, key), 3) end
  return given[key]
end

-- A function is called with the number, a table is copied.
local function make(task, i)
  if type(task) == "function" then return task(i) end
  local copy = {}
  for key, value in pairs(task or {}) do copy[key] = value end
  return copy
end

function generator.new(seed)
  return setmetatable({ seed = seed, tasks = {}, draws = random_of(seed) }, Workload)
end

-- Adds a task; returns it.
function Workload:add(task)
  self.tasks[#self.tasks + 1] = task
  return task
end

-- A number in [0, 1); random(n): 1..n; random(a, b): a..b.
function Workload:random(least, most)
  if not least then return self.draws:unit() end
  if not most then least, most = 1, least end
  return self.draws:whole(least, most)
end

-- One of a list.
function Workload:choice(list) return list[self.draws:whole(1, #list)] end

-- Durations, in ns.

function Workload:uniform(least, most)
  return self.draws:whole(duration(least, "least"), duration(most, "most"))
end

function Workload:exponential(mean)
  return ns_of(-duration(mean, "mean") * math.log(1 - self.draws:unit()))
end

-- A bounded Pareto: heavy tails, but no longer than `max` (Harchol-Balter, 2013, ch. 20).
function Workload:pareto(given)
  local alpha = given.alpha or 1.1
  local least = duration(need(given, "min", "pareto"), "min")
  local most = duration(need(given, "max", "pareto"), "max")
  local low, high = least ^ -alpha, most ^ -alpha
  local x = (low - self.draws:unit() * (low - high)) ^ (-1 / alpha)
  return ns_of(math.min(most, math.max(least, x)))
end

-- Tasks that come independently of each other, `rate` a second: `count` of them, from `from` on.
-- `task` is a table, or a function(i) that gives one.
function Workload:poisson(given)
  local at, rate = duration(given.from or 0, "from"), need(given, "rate", "poisson")
  for i = 1, need(given, "count", "poisson") do
    at = at + ns_of(-neap.s / rate * math.log(1 - self.draws:unit()))
    local task = make(need(given, "task", "poisson"), i)
    task.arrival = at
    self:add(task)
  end
end

-- One that works a little and thinks in between, as somebody at a keyboard: exponential, `rounds`
-- times.
function Workload:interactive(given)
  local run, think = given.run or "5ms", given.think or "100ms"
  local work, task = {}, make(given.task)
  for i = 1, given.rounds or 100 do
    work[2 * i - 1], work[2 * i] = self:exponential(run), self:exponential(think)
  end
  task.work = work
  task.arrival = task.arrival or given.arrival
  task.name = task.name or given.name
  return self:add(task)
end

-- How `total` divides into n parts, evenly over all that there are (UUniFast: Bini & Buttazzo,
-- Measuring the performance of schedulability tests, 2005).
function Workload:shares(n, total)
  local parts, left = {}, total
  for i = 1, n - 1 do
    local rest = left * self.draws:unit() ^ (1 / (n - i))
    parts[i] = left - rest
    left = rest
  end
  parts[n] = left
  return parts
end

-- `n` periodic tasks that need `utilisation` cpus together, each released so often that all of
-- them take `time`. Periods are those of the list `periods` in turn, or drawn between `min` and
-- `max` evenly on a scale of powers (Emberson, Stafford & Davis, 2010), in whole ms.
function Workload:periodic(given)
  local n = need(given, "n", "periodic")
  local parts = self:shares(n, need(given, "utilisation", "periodic"))
  local time = duration(given.time or "10s", "time")
  local least, most = duration(given.min or "10ms", "min"), duration(given.max or "200ms", "max")
  for i, part in ipairs(parts) do
    local chosen = given.periods and given.periods[(i - 1) % #given.periods + 1]
    local period = chosen and duration(chosen, "periods")
      or math.floor(least * (most / least) ^ self.draws:unit() / neap.ms + 0.5) * neap.ms
    local task = make(given.task, i)
    task.name = task.name or ("periodic%d"):format(i)
    task.work, task.period = ns_of(part * period), period
    task.times = math.max(1, time // period)
    self:add(task)
  end
end

-- A task that starts `fanout` children, `depth` generations deep, as `make -j` does: each when a
-- run of its parent is over. Works are exponential around `work`.
function Workload:fork_tree(given)
  local function node(depth, name)
    local task = make(given.task)
    task.name, task.work = name, {}
    local children = {}
    for i = 1, depth > 0 and given.fanout or 0 do
      children[i] = node(depth - 1, ("%s.%d"):format(name, i))
      children[i].after = i
      task.work[2 * i - 1], task.work[2 * i] = self:exponential(given.work or "10ms"), neap.ms
    end
    task.work[#task.work + 1] = self:exponential(given.work or "10ms")
    if #children > 0 then task.children = children end
    return task
  end
  given = { fanout = given.fanout or 3, depth = given.depth or 2, work = given.work,
    name = given.name or "root", task = given.task, arrival = given.arrival }
  local root = node(given.depth, given.name)
  root.arrival = given.arrival
  return self:add(root)
end

return generator
