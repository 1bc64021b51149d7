-- simulate.lua - neap.simulate{}: a workload in virtual time under a policy, and its report.
local core = require "neap.core"
local workload = require "neap.workload"

local TIMELINE = 100000 -- segments, where the caller says true

-- What goes to the C side as it is.
local PASSED = { "policy", "params", "cpus", "quantum", "seed", "max_hold", "policy_memory",
  "trust", "profile", "fairness", "tasks" }
local KEYS = { "workload", "limit", "timeline", table.unpack(PASSED) }

local function check_keys(given)
  for key in pairs(given) do
    local known = false
    for _, name in ipairs(KEYS) do known = known or name == key end
    if not known then
      local near = type(key) == "string" and core.suggest(key, KEYS)
      error(("unknown simulation option \"%s\"%s"):format(tostring(key),
        near and (" (did you mean \"%s\"?)"):format(near) or ""), 3)
    end
  end
end

-- The flat list of tasks, and what a file says beside them.
local function resolve(given)
  if type(given.workload) == "string" then
    local read, problem = workload.read(given.workload, given.seed or 1)
    if not read then return nil, problem end
    return read.tasks, read
  end
  if given.workload == nil then error("workload: give a list of tasks, a function or a file", 3) end
  local flat, problem = workload.flat(given.workload, given.seed or 1)
  if not flat then return nil, problem end
  return flat, { notes = {} }
end

local function segments(timeline)
  if timeline == true then return TIMELINE end
  return timeline or nil
end

return function(given)
  if type(given) ~= "table" then
    error(("neap.simulate: expected a table, got a %s"):format(type(given)), 2)
  end
  check_keys(given)
  local list, about = resolve(given)
  if not list then return nil, about, 22 end
  local options = { list = list, limit = given.limit or about.limit,
    timeline = segments(given.timeline) }
  for _, name in ipairs(PASSED) do options[name] = given[name] end
  local report, problem, errno = core.simulate(options)
  if not report then return nil, problem, errno end
  report.seed = given.seed or 1
  report.notes = about.notes
  if report.rows then table.sort(report.rows, function(a, b) return a.id < b.id end) end
  return report
end
