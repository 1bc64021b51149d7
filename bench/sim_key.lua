-- sim_key.lua - simulates N tasks that are always ready under a policy in Lua: as sim_run.c.
--
--   neap bench/sim_key.lua POLICY N DECISIONS
local neap = require "neap"

local policy, tasks, decisions = arg[1], math.tointeger(arg[2]), math.tointeger(arg[3])
local work = { { work = 1 << 60, count = tasks } }

local function resident()
  local file <close> = assert(io.open "/proc/self/statm")
  return select(2, file:read("n", "n")) * 4096
end

-- Of a simulation of this length: decisions and microseconds.
local function simulate(time)
  local began = os.clock()
  local report = assert(neap.simulate { workload = work, policy = policy, limit = time,
    policy_memory = "1G" })
  assert(report.failures == 0 and report.ejections == 0, "the policy has failed")
  return report.decisions, (os.clock() - began) * 1e6
end

local before = resident()
simulate(neap.ms) -- touches the memory
local few, setup = simulate(neap.ms)
local many, all = simulate(decisions * 10 * neap.ms)
print(("%d %.0f %.0f"):format(many - few, all - setup, (resident() - before) / tasks))
