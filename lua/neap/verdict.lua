-- verdict.lua - what a policy promises, measured in virtual time: shares, waits, switches, cost.
local neap = require "neap"
local workload = require "neap.check_workload"

local verdict = {}

local TASKS, TIME = 10, 100 * neap.s

-- Ten tasks that are always ready, with weights 1 to 10, and the sum of those. Or nil and why one
-- was refused.
local function add_tasks(rt)
  local tasks, weights = {}, 0
  for i = 1, TASKS do
    local task, problem = rt:task { name = "task" .. i, weight = 100 * i, estimate = i * neap.s }
    if not task then return nil, problem end
    tasks[i] = task
    weights = weights + (rt.ideal == "equal" and 1 or tasks[i].weight)
  end
  return tasks, weights
end

local function share_error(rt, tasks, weights)
  local worst = 0
  for _, task in ipairs(tasks) do
    local part = (rt.ideal == "equal" and 1 or task.weight) / weights
    worst = math.max(worst, math.abs(task.cpu_ns / TIME - part))
  end
  return worst
end

local function longest_wait(tasks)
  local longest = 0
  for _, task in ipairs(tasks) do longest = math.max(longest, task:stats().longest_wait_ns) end
  return longest
end

-- Each hook's time for a call, and what it allocates in one; and the time of all together.
local function cost_of_hooks(profile)
  local each, allocations, all = {}, {}, 0
  for name, p in pairs(profile) do
    each[name] = p.ns // p.calls
    allocations[name] = p.allocations and p.allocations / p.calls
    all = all + p.ns
  end
  return each, allocations, all
end

-- Of 100 s on one cpu: { share_error, longest_wait_ns, switches_a_second, decision_ns, hook_ns =
-- { name = ns }, hook_allocations = { name = number of a call }, lua_share }; share_error is nil
-- where no share is promised. Or nil and what went wrong.
function verdict.figures(policy)
  local rt <close> = assert(neap.runtime { clock = "virtual", policy = policy.word,
    params = policy.params, cpus = 1, profile = true, policy_memory = policy.memory })
  local problem
  rt:on("error", function(report)
    if report.kind ~= "log" then problem = problem or report.message:match("[^\n]*") end
  end)
  local tasks, weights = add_tasks(rt)
  if not tasks then return nil, weights end
  local before = os.clock()
  assert(rt:run(TIME))
  local seconds, stats = os.clock() - before, rt:stats()
  if problem then return nil, problem end
  local hooks, allocations, spent = cost_of_hooks(rt:profile())
  return {
    share_error = rt.ideal and share_error(rt, tasks, weights),
    longest_wait_ns = longest_wait(tasks),
    switches_a_second = stats.context_switches / (TIME / neap.s),
    decision_ns = seconds * 1e9 / math.max(1, stats.decisions),
    hook_ns = hooks,
    hook_allocations = allocations,
    lua_share = spent / TIME,
  }
end

-- Plays workloads of the seeds from `first` on. Returns nil, or { seed, problem, workload }: the
-- first that fails, made short.
function verdict.find_failure(policy, first, count)
  for seed = first, first + count - 1 do
    local list = workload.draw(seed)
    local problem, at = workload.try(policy, list)
    if problem then
      local short = workload.shrink(policy, list, at)
      return { seed = seed, problem = workload.try(policy, short) or problem, workload = short }
    end
  end
end

return verdict
