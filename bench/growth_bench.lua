-- growth_bench.lua - how a decision, and memory, grow with the tasks: slopes and a picture.
--
-- The slope is that of a straight line through log(cost) over log(tasks), from 1,000 tasks on: 0 is
-- a constant, 1 as many times the cost as the tasks. A logarithm has a slope that falls, near 0.1
-- here; above it is the cache, which the bare heap beside it pays as well.
local core = require "core"
local kit = require "kit"

local OPS = 200000
local SIZES = { 10, 100, 1000, 10000, 100000, 1000000 }
local PICTURE = (os.getenv "RESULTS" or "bench/results") .. "/growth.svg"

local PLOT = [[
set terminal svg size 800,500 background "white"
set output "%s"
set logscale xy
set key top left
set xlabel "ready tasks"
set ylabel "ns of CPU time a decision; bytes a task"
set yrange [1:2000]
plot for [i=2:7] "%s" using 1:i with linespoints title columnheader(i)
]]

-- Of a line through the logarithms, least squares.
local function slope(costs)
  local n, x, y, xx, xy = 0, 0, 0, 0, 0
  for i, size in ipairs(SIZES) do
    if size >= 1000 then
      local a, b = math.log(size), math.log(costs[i])
      n, x, y, xx, xy = n + 1, x + a, y + b, xx + a * a, xy + a * b
    end
  end
  return (n * xy - x * y) / (n * xx - x * x)
end

-- Cost by size, for each line of the picture.
local function measure()
  local lines = { { "rr" }, { "priority" }, { "fair" }, { "bare-ring" }, { "bare-heap" },
    { "bytes" } }
  for _, size in ipairs(SIZES) do
    for i, policy in ipairs(core.POLICIES) do
      table.insert(lines[i], core.times(policy[1], size, OPS).expired)
    end
    table.insert(lines[4], core.times("ring", size, OPS).expired)
    table.insert(lines[5], core.best(core.times, core.POLICIES[3].bare, size, OPS).expired)
    table.insert(lines[6], kit.program("memory_run_linux", size)[1])
  end
  return lines
end

local function draw(lines)
  local text = {}
  for i = 1, #SIZES + 1 do
    local cells = { i == 1 and "tasks" or SIZES[i - 1] }
    for _, line in ipairs(lines) do cells[#cells + 1] = line[i] end
    text[i] = table.concat(cells, " ")
  end
  local data = kit.file(table.concat(text, "\n") .. "\n")
  assert(os.execute("gnuplot " .. kit.file(PLOT:format(PICTURE, data))), "gnuplot has failed")
  print("picture: " .. PICTURE)
end

return {
  rounds = 3,
  peers = { "gnuplot" },
  round = function(row, i)
    local lines = measure()
    local slopes = {}
    for _, line in ipairs(lines) do slopes[line[1]] = slope(table.move(line, 2, #line, 1, {})) end
    local function figure(name, peer, of, most)
      row { "slope, 1,000 to 1,000,000 tasks: " .. name, ours = slopes[name], of = of,
        peer = slopes[peer], ratio = false, most = most }
    end
    figure("rr", "bare-ring", "bare ring")
    figure("priority")
    figure("fair", "bare-heap", "best bare heap")
    figure("bytes", nil, nil, 0.02)
    if i == 1 and kit.has "gnuplot" then draw(lines) end
  end,
}
