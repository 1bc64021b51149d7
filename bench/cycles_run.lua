-- cycles_run.lua - the neap side of cycles_bench.lua: neap cycles_run.lua POLICY SHAPE N QUANTUM
-- SECONDS [realtime]
--
-- N busy loops on one cpu for so many seconds, with equal, linear (1, 2, ... N) or skewed weights
-- (1 and 9 by turns), QUANTUM in ms. Prints, in percent of what each task was due: the root of the
-- mean square over all tasks, as the mean over all cycles, of the worst cycle, and over the whole
-- run. A cycle is over when each task has had, to within half a quantum, what it owes him.
local neap = require "neap"

local POLICY, SHAPE = arg[1], arg[2]
local N, QUANTUM, SECONDS = tonumber(arg[3]), tonumber(arg[4]) * neap.ms, tonumber(arg[5])

local LEAST = 100 -- for some policies the weight that stands for a quantum
local WEIGHT = {
  equal = function() return LEAST end,
  linear = function(i) return i * LEAST end,
  skewed = function(i) return i % 2 == 0 and 9 * LEAST or LEAST end,
}

local rt <close> = assert(neap.runtime {
  policy = POLICY, cpus = 1, quantum = QUANTUM, realtime = arg[6] == "realtime",
})
local tasks, weights, index, all = {}, {}, {}, 0
for i = 1, N do
  weights[i] = WEIGHT[SHAPE](i)
  all = all + weights[i]
  tasks[i] = assert(rt:spawn { "sh", "-c", "while :; do :; done", weight = weights[i] })
  index[tasks[i].id] = i
end

local function used()
  local list = {}
  for i, task in ipairs(tasks) do list[i] = task.cpu_ns end
  return list
end

-- Percent by which tasks are off between two readings: the root of the mean square.
local function off(from, to)
  local total, squares = 0, 0
  for i = 1, N do total = total + to[i] - from[i] end
  for i = 1, N do
    local due = total * weights[i] / all
    squares = squares + ((to[i] - from[i] - due) / due) ^ 2
  end
  return 100 * math.sqrt(squares / N)
end

-- How far they are apart, for their weights: least where a policy's own rounds begin.
local function spread(cpu_ns)
  local least, most = math.huge, 0
  for i = 1, N do
    local had = cpu_ns[i] * LEAST / weights[i]
    least, most = math.min(least, had), math.max(most, had)
  end
  return most - least
end

local first, last
local sum, worst, cycles = 0, 0, 0
local waiting, left = {}, 0 -- for those who have not had what this cycle owes them
local on_switch

rt:on("switch", function(_, from)
  local i = on_switch and from and index[from.id]
  if i then on_switch(i, from.cpu_ns) end
end)

local function has_his_due(i, cpu_ns)
  return cpu_ns - first[i] >= (cycles + 1) * QUANTUM * weights[i] // LEAST - QUANTUM // 2
end

local function begin_cycle(now)
  for i = 1, N do
    waiting[i] = not has_his_due(i, now[i])
    if waiting[i] then left = left + 1 end
  end
end

local function watch(i, cpu_ns)
  if not waiting[i] or not has_his_due(i, cpu_ns) then return end
  waiting[i], left = false, left - 1
  if left > 0 then return end
  local now = used()
  local wrong = off(last, now)
  last, cycles, sum, worst = now, cycles + 1, sum + wrong, math.max(worst, wrong)
  begin_cycle(now)
end

local cycle = QUANTUM * all // LEAST
assert(rt:run(2 * N * QUANTUM + 400 * neap.ms)) -- until all have started and had a turn
local least = math.huge
function on_switch() least = math.min(least, spread(used())) end
assert(rt:run(cycle))
function on_switch()
  local now = used()
  if spread(now) > least + QUANTUM // 2 then return end
  first, last, on_switch = now, now, watch
  begin_cycle(now)
end
assert(rt:run(cycle + SECONDS * neap.s))
on_switch = nil
rt:finish("now")
assert(rt:run())
assert(cycles > 0, "no cycle ended in this time")
print(sum / cycles, worst, off(first, last))
