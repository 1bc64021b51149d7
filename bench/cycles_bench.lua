-- cycles_bench.lua - how exactly a CPU is shared by weight in each cycle, and over a run.
--
-- A cycle is the time in which the lightest task is due one quantum (the sum of weights times the
-- quantum over the smallest weight). Of each cycle the figure is the root of the mean square of the
-- tasks' relative errors, which is how ALPS counts it (Newhouse and Pasquale, ALPS: An
-- Application-Level Proportional-Share Scheduler, 2006: below 5 %).
local kit = require "kit"

local SECONDS, CYCLES = 4, 5 -- of each run, at least
local ALL = os.getenv "ALL" -- every row, which takes half an hour

local COUNTS = ALL and { 5, 10, 20, 40, 80, 160 } or { 5, 20, 80 }
local QUANTA = ALL and { 10, 20 } or { 10 } -- ms
local SHAPES = { -- the sum of weights over the least, of so many tasks
  equal = function(count) return count end,
  skewed = function(count) return 5 * count end,
  linear = function(count) return count * (count + 1) // 2 end,
}
local NAMES = ALL and { "equal", "skewed", "linear" } or { "equal", "skewed" }
local LONGEST = ALL and 120 or 12 -- seconds of a run

local function rows(row, shape, count, quantum)
  local length = SHAPES[shape](count) * quantum / 1000
  local seconds = math.ceil(math.max(SECONDS, CYCLES * length))
  if seconds > LONGEST then return end
  local args = { shape, count, quantum, seconds }
  local kernel = shape ~= "linear" and kit.program("nice_run", table.unpack(args))
  for _, how in ipairs { "", ", --rt" } do
    local off = kit.script("cycles_run.lua", "fair", shape, count, quantum, seconds,
      how ~= "" and "realtime" or nil)
    local what = ("%d %s weights, %d ms%s: "):format(count, shape, quantum, how)
    local most = count <= 80 and 1 or nil
    row { what .. "off in a cycle", unit = "%", ours = off[1], most = most,
      peer = kernel and kernel[1] or nil, of = kernel and "nice" or nil }
    row { what .. "off over the run", unit = "%", ours = off[3], most = 0.1,
      peer = kernel and kernel[3] or nil, of = kernel and "nice" or nil }
  end
end

return {
  rounds = ALL and 3 or 2,
  round = function(row)
    for _, quantum in ipairs(QUANTA) do
      for _, shape in ipairs(NAMES) do
        for _, count in ipairs(COUNTS) do rows(row, shape, count, quantum) end
      end
    end
  end,
}
