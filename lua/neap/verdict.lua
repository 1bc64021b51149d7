-- verdict.lua - what a policy promises, measured in virtual time: shares, waits, switches, cost.
local neap = require "neap"
local workload = require "neap.check_workload"

local verdict = {}

local TASKS, TIME = 10, 100 * neap.s

-- Ten tasks that are always ready, with weights 1 to 10.
local function ten_tasks()
  local list = {}
  for i = 1, TASKS do
    list[i] = { name = "task" .. i, weight = 100 * i, estimate = i * neap.s }
  end
  return list
end

-- By which part a task's share of the time differs from its ideal one, at most.
local function share_error(rows, ideal)
  local worst, weights = 0, 0
  for _, row in ipairs(rows) do weights = weights + (ideal == "equal" and 1 or row.weight) end
  for _, row in ipairs(rows) do
    local part = (ideal == "equal" and 1 or row.weight) / weights
    worst = math.max(worst, math.abs(row.cpu_ns / TIME - part))
  end
  return worst
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

local function first_problem(report)
  for _, line in ipairs(report.reports) do
    if line.kind ~= "log" then return line.message:match("[^\n]*") end
  end
end

-- Of 100 s on one cpu: { share_error, longest_wait_ns, lag_ns, jain, switches_a_second,
-- decision_ns, hook_ns = { name = ns }, hook_allocations = { name = number of a call },
-- lua_share }; share_error is nil where no share is promised. Or nil and what went wrong.
function verdict.figures(policy)
  local before = os.clock()
  local report, message = neap.simulate { workload = ten_tasks(), policy = policy.word,
    params = policy.params, policy_memory = policy.memory, limit = TIME, tasks = true,
    profile = true }
  if not report then return nil, message end
  if report.refused > 0 then return nil, report.refusal end
  local seconds, problem = os.clock() - before, first_problem(report)
  if problem then return nil, problem end
  local hooks, allocations, spent = cost_of_hooks(report.profile)
  return {
    share_error = policy.ideal and share_error(report.rows, policy.ideal),
    longest_wait_ns = report.stretch.max_ns,
    lag_ns = report.lag_ns,
    jain = report.jain,
    switches_a_second = report.context_switches / (TIME / neap.s),
    decision_ns = seconds * 1e9 / math.max(1, report.decisions),
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
