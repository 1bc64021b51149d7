-- figures.lua - a task's stats at its end, packed: a run of many short tasks keeps all of them.
local figures = {}

-- As task:stats() has them; what is missing counts as 0.
local NUMBERS = {
  "id", "pid", "priority", "weight", "cpu_ns", "wall_ns", "start_ns", "run_ns", "ready_ns",
  "blocked_ns", "paused_ns", "slices", "preemptions", "vruntime_ns", "longest_wait_ns", "forced",
  "escaped",
}
local FORMAT = ("j"):rep(#NUMBERS) .. "z"

function figures.pack(stats)
  local list = {}
  for i, key in ipairs(NUMBERS) do list[i] = stats[key] or 0 end
  list[#list + 1] = stats.cpu_source or "none"
  return FORMAT:pack(table.unpack(list))
end

-- The same as a table. nil, of a task that never was: all zeroes.
function figures.unpack(packed)
  local list = packed and { FORMAT:unpack(packed) } or {}
  local stats = { cpu_source = packed and list[#NUMBERS + 1] or "none" }
  for i, key in ipairs(NUMBERS) do stats[key] = list[i] or 0 end
  return stats
end

return figures
