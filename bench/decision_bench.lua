-- decision_bench.lua - a decision of the core, and what changes its tasks, beside bare structures.
--
-- One cpu, all tasks ready, virtual time; CPU time of a loop of many, after at least as many
-- decisions as there are tasks. AgentOS's figures are those that the issue quotes.
local core = require "core"

local OPS = 300000
local SIZES = { 10, 1000, 10000, 100000, 1000000 }
local MANY = 100000

-- ns of a decision whose slice is over, by policy.
local AGENTOS = {
  [10] = { rr = 300, priority = 319, fair = 318 },
  [10000] = { rr = 307, priority = 324, fair = 350 },
  [100000] = { rr = 319, priority = 349, fair = 545 },
}

local function changes(row, policy, ours, bare)
  for _, path in ipairs { "add", "remove", "priority", "look up" } do
    row { ("%s, %d tasks: %s"):format(policy[1], MANY, path), unit = "ns", ours = ours[path],
      peer = bare[path], of = policy.of, ratio = 1.5, most = 300 }
  end
end

local function decisions(row, policy, tasks)
  local ours = core.times(policy[1], tasks, OPS)
  local bare = core.best(core.times, policy.bare, tasks, OPS)
  local name = ("%s, %d tasks: slice expired"):format(policy[1], tasks)
  local agentos = AGENTOS[tasks]
  row { name, unit = "ns", ours = ours.expired, peer = bare.expired, of = policy.of, ratio = 1.5,
    most = policy[1] ~= "fair" and 40 or nil }
  if agentos then
    row { name, unit = "ns", ours = ours.expired, peer = agentos[policy[1]],
      of = "AgentOS, published", ratio = tasks <= 10000 and 1 / 3 or nil }
  end
  row { ("%s, %d tasks: slice goes on"):format(policy[1], tasks), unit = "ns",
    ours = ours["goes on"], most = 10 }
  if tasks == MANY then changes(row, policy, ours, bare) end
end

return {
  rounds = 3,
  round = function(row)
    for _, tasks in ipairs(SIZES) do
      for _, policy in ipairs(core.POLICIES) do decisions(row, policy, tasks) end
    end
  end,
}
