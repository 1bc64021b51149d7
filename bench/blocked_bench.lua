-- blocked_bench.lua - what a task that sleeps costs those beside it, and how soon it runs again.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local ROUNDS, SECONDS = 3, 4
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

local log = os.tmpname()
local hog, half, latency = {}, {}, {}
for i = 1, ROUNDS do
  local bare = kit.program("bare_run", 1, SECONDS)[1]
  hog[i] = 100 * run(HOG .. "{ 'sleep', '100' }").hog.cpu_ns / (bare * AT_WORK)
  half[i] = 100 * run(HOG .. sleeper(40000, 20000, log)).sleeper.cpu_ns
    / (SECONDS * AT_WORK * 0.5e9)
  run(HOG:rep(8) .. sleeper(100000, 1000, log))
  for line in io.lines(log) do latency[#latency + 1] = tonumber(line:match("%d+")) / 1e6 end
end
os.remove(log)
kit.line("hog beside a sleeper, one cpu, fair", "%.1f %% of the same bare (wanted: 98 %%)",
  kit.median(hog))
kit.line("sleeper of 50 % beside a hog, fair", "%.1f %% of what it asks for (wanted: 95 %%)",
  kit.median(half))
kit.line("1 ms every 100 ms beside 8 hogs, fair",
  "wake to run p50 %.1f ms, p99 %.1f ms (wanted: p50 at most 12 ms)",
  kit.median(latency), kit.quantile(latency, 0.99))
