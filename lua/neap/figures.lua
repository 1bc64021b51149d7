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

local PLACE = {} -- key -> where its number begins
for i, key in ipairs(NUMBERS) do PLACE[key] = (i - 1) * string.packsize("j") + 1 end

-- One of the numbers. nil, of a task that never was: 0.
function figures.number(packed, key)
  return packed and (("j"):unpack(packed, PLACE[key])) or 0
end

-- All of them, in the order of `keys`; what is no number is left out of `list`.
function figures.numbers(packed, keys, list)
  for i, key in ipairs(keys) do
    local place = PLACE[key]
    if place then list[i] = packed and (("j"):unpack(packed, place)) or 0 end
  end
end

function figures.source(packed)
  return packed and (("z"):unpack(packed, #NUMBERS * string.packsize("j") + 1)) or "none"
end

return figures
