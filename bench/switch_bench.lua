-- switch_bench.lua - how long nobody runs at a switch: two tasks that watch the clock, on one CPU.
--
-- From the last that one task saw before it stood still to the first that the other saw. All that
-- is between counts: the timer, the decision, both signals, the kernel's own switches. The peer is
-- the least there can be: a process on the same CPU that reads a timerfd and sends both signals.
local kit = require "kit"

local QUANTUM, SECONDS = 10, 5 -- ms, s
local FAR = 5e6                -- ns: what is farther apart is no switch of these two

-- Pairs { last, first } of a watcher.
local function gaps_of(path)
  local text, list = kit.read(path), {}
  for at = 1, #text - 15, 16 do
    local last, first = string.unpack("<i8i8", text, at)
    if first == 0 then break end
    list[#list + 1] = { last = last, first = first }
  end
  return list
end

-- Each begin of one, less the nearest end of the other before it: us.
local function between(ends, begins, list)
  local i = 1
  for _, gap in ipairs(begins) do
    while ends[i + 1] and ends[i + 1].last <= gap.first do i = i + 1 end
    local took = ends[i] and gap.first - ends[i].last
    if took and took >= 0 and took < FAR then list[#list + 1] = took / 1e3 end
  end
end

-- p50 and p99 of what `command` leaves in two files.
local function measure(command)
  local a, b, list = kit.file(), kit.file(), {}
  kit.output(command(a, b))
  a, b = gaps_of(a), gaps_of(b)
  between(a, b, list)
  between(b, a, list)
  assert(#list > 20, "too few switches")
  return kit.median(list), kit.quantile(list, 0.99)
end

local function ours(a, b)
  local watch = kit.path "switch_run" .. " watch "
  return ("%s run -p rr -j1 -q %dms --for %ds --quiet -f %s >/dev/null 2>&1"):format(kit.NEAP,
    QUANTUM, SECONDS, kit.file(watch .. a .. "\n" .. watch .. b .. "\n"))
end

local function bare(a, b)
  return ("%s pair %d %d %s %s"):format(kit.path "switch_run", QUANTUM, SECONDS, a, b)
end

return {
  rounds = 3,
  round = function(row)
    local peer50, peer99 = measure(bare)
    local ours50, ours99 = measure(ours)
    row { "between two tasks, p50", unit = "us", ours = ours50, peer = peer50, of = "kill, kill",
      ratio = 1.5 }
    row { "between two tasks, p99", unit = "us", ours = ours99, peer = peer99, of = "kill, kill",
      ratio = 1.5 }
  end,
}
