-- own_policy.lua - a policy of one's own: short slices for the old, the rest as `fair`.
--
-- The table may replace any hook of its base. Here a task keeps its cpu the shorter, the more
-- it has had already; everything else is inherited.
local neap = require "neap"

local fading = neap.policy {
  name = "fading",
  summary = "fair, with slices that shrink as a task grows old",
  base = "fair",
  longest = 50 * neap.ms, -- a parameter: its default
}

function fading:slice(task)
  local turns = task.slices
  return math.max(neap.ms, self.longest // (turns + 1))
end

-- The same table runs on virtual tasks in simulated time and on real processes.
local function turns_of(options, fill)
  local rt <close> = assert(neap.runtime(options))
  fill(rt)
  assert(rt:run(300 * neap.ms))
  local stats = rt:stats()
  return stats.context_switches, stats.policy
end

print("virtual:", turns_of({ policy = fading, clock = "virtual", cpus = 1 }, function(rt)
  for _ = 1, 3 do rt:task {} end
end))

local real = { policy = fading, cpus = 1, params = { longest = 20 * neap.ms } }
print("real:", turns_of(real, function(rt)
  for _ = 1, 3 do assert(rt:spawn { "sh", "-c", "while :; do :; done" }) end
end))
