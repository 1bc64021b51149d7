-- figures.lua - a task's stats at its end, packed: a run of many short tasks keeps all of them.
local figures = {}

-- As task:stats() has them; what is missing counts as 0.
local NUMBERS = {
  "id", "pid", "priority", "weight", "cpu_ns", "wall_ns", "start_ns", "run_ns", "ready_ns",
  "blocked_ns", "paused_ns", "slices", "preemptions", "vruntime_ns", "longest_wait_ns", "forced",
  "escaped",
}
local FORMAT = ("j"):rep(#NUMBERS) .. "z"

local PLACE = {} -- key -> where its number begins
for i, key in ipairs(NUMBERS) do PLACE[key] = (i - 1) * string.packsize("j") + 1 end

-- The order of what figures.unpack() gives.
figures.keys = table.move(NUMBERS, 1, #NUMBERS, 1, {})
figures.keys[#NUMBERS + 1] = "cpu_source"

function figures.pack(stats)
  local list = {}
  for i, key in ipairs(NUMBERS) do list[i] = stats[key] or 0 end
  list[#list + 1] = stats.cpu_source or "none"
  return FORMAT:pack(table.unpack(list))
end

local OF_NO_TASK = figures.pack {}

-- All of them, as so many values. nil, of a task that never was: zeroes.
function figures.unpack(packed)
  return FORMAT:unpack(packed or OF_NO_TASK)
end

-- One of the numbers.
function figures.number(packed, key)
  return packed and (("j"):unpack(packed, PLACE[key])) or 0
end

return figures
