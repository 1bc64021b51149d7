-- metrics.lua - the figures of a report (neap.simulate) as rows for people and for machines.
local json = require "neap.json"
local tables = require "neap.table"

local metrics = {}

local function count(value) return ("%d"):format(value) end
local function ratio(value) return ("%.2f"):format(value) end
local function index(value) return ("%.4f"):format(value) end
local function percent(value) return ("%.2f%%"):format(100 * value) end
local function rate(value) return (value < 100 and "%.2f/s" or "%.0f/s"):format(value) end

-- Of many values: those of the report's table `key`.
local function spread(list, key, title, field_suffix, show)
  for _, part in ipairs { "mean", "p50", "p95", "p99", "max" } do
    list[#list + 1] = { name = ("%s_%s"):format(key, part), title = ("%s, %s"):format(title, part),
      show = show, better = "less",
      get = function(r) return r[key].count > 0 and r[key][part .. field_suffix] or nil end }
  end
end

local function single(list, key, title, show, better, is_there)
  list[#list + 1] = { name = key, title = title, show = show, better = better,
    get = function(r)
      if is_there and not is_there(r) then return nil end
      return r[key]
    end }
end

local function has_deadlines(r) return r.deadlines > 0 end
local function has_cycles(r) return r.cycles and r.cycles > 0 end

-- In order of their rows: { name, title, show = function(value), better = "less"|"more"|nil,
-- get = function(report): value or nil }.
metrics.list = {}
spread(metrics.list, "turnaround", "turnaround", "_ns", tables.duration)
spread(metrics.list, "response", "response", "_ns", tables.duration)
spread(metrics.list, "wait", "wait", "_ns", tables.duration)
spread(metrics.list, "stretch", "wait at a stretch", "_ns", tables.duration)
spread(metrics.list, "slowdown", "slowdown", "", ratio)
single(metrics.list, "makespan_ns", "makespan", tables.duration, "less")
single(metrics.list, "throughput", "throughput", rate, "more")
single(metrics.list, "utilisation", "utilisation", percent, "more")
single(metrics.list, "jain", "Jain's index", index, "more")
single(metrics.list, "rms_error", "RMS error a cycle", percent, "less", has_cycles)
single(metrics.list, "lag_ns", "largest lag", tables.duration, "less")
single(metrics.list, "context_switches", "context switches", count, "less")
single(metrics.list, "preemptions", "preemptions", count, "less")
single(metrics.list, "starved", "tasks starved", count, "less")
single(metrics.list, "missed", "deadlines missed", count, "less", has_deadlines)
single(metrics.list, "latest_ns", "latest by", tables.duration, "less", has_deadlines)
single(metrics.list, "ended", "tasks ended", count, "more")
single(metrics.list, "refused", "tasks refused", count, "less",
  function(r) return (r.refused or 0) > 0 end)

-- Which of the values is best, if they differ: the value, or nil.
local function best_of(values, better)
  local best, differ
  for i = 1, values.n do
    local value = values[i]
    if value and best and value ~= best then differ = true end
    if value and (not best or (better == "less" and value < best)
      or (better == "more" and value > best)) then
      best = value
    end
  end
  return differ and best or nil
end

-- The figures of reports side by side: a list of { name, title, texts (nil: there is none), best =
-- { [i] = true } }; without the rows that no report has.
function metrics.rows(reports)
  local rows = {}
  for _, metric in ipairs(metrics.list) do
    local values, texts, any = { n = #reports }, {}, false
    for i, report in ipairs(reports) do
      values[i] = metric.get(report) or nil
      texts[i] = values[i] ~= nil and metric.show(values[i]) or nil
      any = any or values[i] ~= nil
    end
    local best, marked = metric.better and best_of(values, metric.better), {}
    for i = 1, #reports do
      marked[i] = best ~= nil and values[i] == best or nil
    end
    if any then
      rows[#rows + 1] = { name = metric.name, title = metric.title, texts = texts, best = marked }
    end
  end
  return rows
end

-- The text of the table: a column for each report, the best of a row marked by a star. `names`
-- are the titles of the columns.
function metrics.table(names, reports)
  local titles, lines = { "" }, {}
  for i, name in ipairs(names) do titles[i + 1] = ">" .. name .. " " end
  for n, row in ipairs(metrics.rows(reports)) do
    lines[n] = { row.title }
    for i = 1, #reports do
      lines[n][i + 1] = row.texts[i] and row.texts[i] .. (row.best[i] and "*" or " ") or "- "
    end
  end
  return tables.format(titles, lines)
end

local function csv_cell(value)
  local text = type(value) == "number" and json.encode(value) or tostring(value)
  if text:find('[,"\n]') then text = '"' .. text:gsub('"', '""') .. '"' end
  return text
end

-- Lines of comma-separated values.
function metrics.csv(head, rows)
  local lines = { table.concat(head, ",") }
  for i, row in ipairs(rows) do
    local cells = {}
    for k = 1, #head do cells[k] = row[k] == nil and "" or csv_cell(row[k]) end
    lines[i + 1] = table.concat(cells, ",")
  end
  return table.concat(lines, "\n") .. "\n"
end

-- One line for each report.
function metrics.reports_csv(names, reports)
  local head, rows = { "policy" }, {}
  for i, metric in ipairs(metrics.list) do head[i + 1] = metric.name end
  for n, report in ipairs(reports) do
    rows[n] = { names[n] }
    for i, metric in ipairs(metrics.list) do rows[n][i + 1] = metric.get(report) end
  end
  return metrics.csv(head, rows)
end

-- The tasks. Titles, keys of a row of the report, and how a person reads it.
local COLUMNS = {
  { "task", "name", tostring },
  { ">arrival", "arrival_ns", tables.duration },
  { ">first run", "first_run_ns", tables.duration },
  { ">end", "end_ns", tables.duration },
  { ">turnaround", "turnaround_ns", tables.duration },
  { ">response", "response_ns", tables.duration },
  { ">wait", "wait_ns", tables.duration },
  { ">longest", "longest_wait_ns", tables.duration },
  { ">cpu", "cpu_ns", tables.duration },
  { ">slowdown", "slowdown", ratio },
  { ">missed", "missed", count },
}
local KEYS = { "id", "name", "copy", "weight", "arrival_ns", "first_run_ns", "end_ns",
  "turnaround_ns", "response_ns", "wait_ns", "longest_wait_ns", "cpu_ns", "slowdown", "missed",
  "starved" }

local function name_of(row)
  return row.copy > 1 and ("%s#%d"):format(row.name, row.copy) or row.name
end

function metrics.tasks_table(report)
  local titles, rows = {}, {}
  for i, column in ipairs(COLUMNS) do titles[i] = column[1] end
  for n, row in ipairs(report.rows) do
    rows[n] = { name_of(row) }
    for i = 2, #COLUMNS do
      local value = row[COLUMNS[i][2]]
      rows[n][i] = value == nil and "-" or COLUMNS[i][3](value)
    end
  end
  return tables.format(titles, rows)
end

function metrics.tasks_csv(names, reports)
  local head, rows = { "policy", table.unpack(KEYS) }, {}
  for n, report in ipairs(reports) do
    for _, row in ipairs(report.rows) do
      local line = { names[n] }
      for i, key in ipairs(KEYS) do line[i + 1] = row[key] end
      rows[#rows + 1] = line
    end
  end
  return metrics.csv(head, rows)
end

return metrics
