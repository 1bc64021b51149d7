-- heavy_tail.lua - 10,000 jobs, most of them short, a few very long: 90 % of one cpu.
--
-- Poisson arrivals, bounded Pareto lengths (Harchol-Balter, Performance Modeling and Design of
-- Computer Systems, 2013, ch. 20): a hundredth of the jobs makes half of the load. What to look
-- at: the mean slowdown under policies that let short jobs pass (srtf, las, rr) and that do not.
--
--   neap sim -p fifo -p rr -p las -p srtf heavy_tail.lua
local LOAD, LEAST, MOST, ALPHA = 0.9, 0.002, 20, 1.1

-- The mean of a bounded Pareto, in seconds.
local function mean()
  local norm = ALPHA * LEAST ^ ALPHA / (1 - (LEAST / MOST) ^ ALPHA)
  return norm * (MOST ^ (1 - ALPHA) - LEAST ^ (1 - ALPHA)) / (1 - ALPHA)
end

return function(w)
  w:poisson { rate = LOAD / mean(), count = 10000, task = function(i)
    return { name = "job" .. i, estimate = true,
      work = w:pareto { alpha = ALPHA, min = "2ms", max = "20s" } }
  end }
end
