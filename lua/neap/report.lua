-- report.lua - what `neap run` says at the end: a row for each task and a line for the run.
local figures = require "neap.figures"
local outcome = require "neap.outcome"
local tables = require "neap.table"

local report = {}

local TITLES = { "task", "exit", ">cpu", ">share", ">ideal", ">wall", ">wait", ">slices" }
local IF_ANY = { "forced", "escaped" } -- counts that are a column when one of them is not 0

local function sum_of(results, amount)
  local sum = 0
  for _, result in ipairs(results) do sum = sum + (amount(result) or 0) end
  return sum
end

local function row_of(result, cpu_sum, ideal_sum)
  local stats, number = result.stats, figures.number
  local cpu = number(stats, "cpu_ns")
  return {
    result.name,
    result.how and outcome.words(result.how, result.code, result.reason) or "?",
    tables.duration(cpu),
    tables.percent(cpu, cpu_sum),
    tables.percent(result.ideal_ns, ideal_sum),
    tables.duration(number(stats, "wall_ns")),
    tables.duration(number(stats, "ready_ns")),
    number(stats, "slices"),
  }
end

local function add_column(titles, rows, results, key)
  local function count_of(result) return figures.number(result.stats, key) end
  if sum_of(results, count_of) == 0 then return end
  titles[#titles + 1] = ">" .. key
  for i, result in ipairs(results) do table.insert(rows[i], count_of(result)) end
end

-- Shares are parts of the CPU time that all tasks got together; `ideal` is the part that the
-- policy owed them.
local function table_of(results)
  local cpu_sum = sum_of(results, function(r) return figures.number(r.stats, "cpu_ns") end)
  local ideal_sum = sum_of(results, function(r) return r.ideal_ns end)
  local titles, rows = { table.unpack(TITLES) }, {}
  for i, result in ipairs(results) do rows[i] = row_of(result, cpu_sum, ideal_sum) end
  for _, key in ipairs(IF_ANY) do add_column(titles, rows, results, key) end
  return tables.format(titles, rows)
end

local function plural(n, one, many)
  return ("%d %s"):format(n, n == 1 and one or many)
end

-- The line for a run with these stats of its runtime.
function report.summary(stats)
  return ("%s on %s, quantum %s: %s wall, neap used %.2f%% of a cpu, %s\n"):format(
    stats.policy,
    plural(stats.cpus, "cpu", "cpus"),
    tables.duration(stats.quantum_ns):gsub("%.0+(%a)", "%1"),
    tables.duration(stats.wall_ns),
    100 * stats.neap_cpu_ns / math.max(stats.wall_ns, 1),
    plural(stats.context_switches, "context switch", "context switches"))
end

-- The text for the results of a session and the stats of its runtime.
function report.text(results, stats)
  return (#results > 0 and table_of(results) or "") .. report.summary(stats)
end

return report
