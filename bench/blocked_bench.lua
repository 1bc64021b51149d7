-- blocked_bench.lua - what a task that sleeps costs those beside it, and how soon it runs again.
local kit = require "kit"

local SECONDS = 3
-- Before its first start neap looks for 0.1 s which CPU is the least busy: no sleeper's doing.
local AT_WORK = (SECONDS - 0.1) / SECONDS
local HOG = ("{ 'sh', '-c', %q, name = 'hog' },"):format(kit.LOOP)

local function sleeper(period, work, log)
  return ("{ 'sh', '-c', 'exec %s %d %d 100000 >%s', name = 'sleeper' },"):format(
    kit.test_program("sleeper"), period, work, log)
end

local function run(jobs)
  local tasks = {}
  local options = ("-p fair -j1 --for %ds"):format(SECONDS)
  for _, task in ipairs(kit.neap(options, "{" .. jobs .. "}").tasks) do tasks[task.name] = task end
  return tasks
end

local function latencies()
  local log, list = kit.file(), {}
  run(HOG:rep(8) .. sleeper(100000, 1000, log))
  for line in io.lines(log) do list[#list + 1] = tonumber(line:match("%d+")) / 1e6 end
  return list
end

return {
  rounds = 3,
  round = function(row)
    local bare = kit.program("bare_run", 1, SECONDS)[1]
    row { "hog beside a sleeper, one cpu, fair: of the same bare", unit = "%", least = 98,
      ours = 100 * run(HOG .. "{ 'sleep', '100' }").hog.cpu_ns / (bare * AT_WORK) }
    row { "sleeper of 50 % beside a hog, fair: of what it asks for", unit = "%", least = 95,
      ours = 100 * run(HOG .. sleeper(40000, 20000, kit.file())).sleeper.cpu_ns
        / (SECONDS * AT_WORK * 0.5e9) }
    local list = latencies()
    row { "1 ms every 100 ms beside 8 hogs: wake to run, p50", unit = "ms", most = 12,
      ours = kit.median(list) }
    row { "1 ms every 100 ms beside 8 hogs: wake to run, p99", unit = "ms",
      ours = kit.quantile(list, 0.99) }
  end,
}
