-- page.lua - a picture as a page: one file with its script and its data, which needs no network.
--
-- The page is page.html; page.css, model.js, timeline.js, charts.js and page.js are put into it,
-- and the data as JSON in which nothing can end the element that it stands in (neap-page-1):
--
--   { title, note, unit, from, to, figures = { { title, texts, best } },
--     policies = { { name, cpus, quantum, known, exact, count, waits = { { up to, how many } },
--       tasks = { { name, id, from, to, last, weight, priority, cpu, waited, longest, spans,
--         says } } } } }
--
-- Times are ns, but in `spans`, which are in units: gap since the last, length, cpu (-1: asleep),
-- and unless `exact` how much of it ran. Long runs are not exact: turns that are close to each
-- other are one span, so that there are no more than page.MOST_SPANS.
local json = require "neap.json"
local metrics = require "neap.metrics"
local picture = require "neap.picture"

local page = { MOST_SPANS = 200000, MOST_TASKS = 20000 }

local SLEEPS = -1

-- Spans.

-- Joins the spans of a row that begin within `width` of each other. Returns from, to, cpu, ran, ...
local function join(row, width)
  local spans, joined, n, longest = row.spans, {}, 0, 0
  for i = 1, #spans, 3 do
    local from, to, cpu = spans[i], spans[i + 1], spans[i + 2]
    local ran = cpu ~= SLEEPS and to - from or 0
    if n > 0 and width > 0 and to - from < width and to - joined[n - 3] < width then
      joined[n - 2], joined[n] = to, joined[n] + ran
      if ran > longest then joined[n - 1], longest = cpu, ran end
    else
      joined[n + 1], joined[n + 2], joined[n + 3], joined[n + 4] = from, to, cpu, ran
      n, longest = n + 4, ran
    end
  end
  return joined
end

local function join_all(rows, width)
  local all, count = {}, 0
  for i, row in ipairs(rows) do
    all[i] = join(row, width)
    count = count + #all[i] // 4
  end
  return all, count
end

-- Of all policies alike, so that they can be compared: lists of joined spans, and the width (0:
-- every span is there).
local function bound(policies, span)
  local width, total = 0, 0
  for _, rows in ipairs(policies) do
    for _, row in ipairs(rows) do total = total + #row.spans // 3 end
  end
  while true do
    local all, count = {}, 0
    if total > page.MOST_SPANS and width == 0 then width = math.max(1, span // 20000) end
    for i, rows in ipairs(policies) do
      local n
      all[i], n = join_all(rows, width)
      count = count + n
    end
    if count <= page.MOST_SPANS or width > span then return all, width end
    width = width * 2
  end
end

local function common_divisor(a, b)
  while b ~= 0 do a, b = b, a % b end
  return a
end

-- The largest unit of which all times are multiples.
local function unit_of(lists, from)
  local unit = from
  for _, all in ipairs(lists) do
    for _, list in ipairs(all) do
      for i = 1, #list, 4 do
        for k = i, i + 3 do
          if k ~= i + 2 then unit = common_divisor(unit, list[k]) end
        end
        if unit == 1 then return 1 end
      end
    end
  end
  return math.max(1, unit)
end

local function spans_of(list, origin, unit, is_exact)
  local numbers, n, at = {}, 0, origin
  for i = 1, #list, 4 do
    numbers[n + 1] = (list[i] - at) // unit
    numbers[n + 2] = (list[i + 1] - list[i]) // unit
    numbers[n + 3] = list[i + 2]
    n = n + 3
    if not is_exact then
      n = n + 1
      numbers[n] = list[i + 3] // unit
    end
    at = list[i + 1]
  end
  return json.list(numbers)
end

-- How long the waits were: { { up to, how many }, ... } without a hole, bounds of 1, 2, 5, 10, ...
local function waits_of(rows)
  local counts, least, most = {}, nil, nil
  for _, row in ipairs(rows) do
    for from, to, state in picture.spans(row) do
      if state == "waits" then
        local up_to = picture.round_up(to - from)
        counts[up_to] = (counts[up_to] or 0) + 1
        least, most = math.min(least or up_to, up_to), math.max(most or up_to, up_to)
      end
    end
  end
  local list, up_to = json.list {}, least
  while up_to and up_to <= most do
    list[#list + 1] = { up_to, counts[up_to] or 0 }
    up_to = picture.round_up(up_to + 1)
  end
  return list
end

-- Data.

local function says_of(row)
  local says
  for i, text in pairs(row.says) do
    says = says or {}
    says[tostring(i - 1)] = text
  end
  return says
end

local function tasks_of(rows, lists, unit, is_exact)
  local tasks = json.list {}
  for i, row in ipairs(rows) do
    local task = row.task
    tasks[i] = { name = task.name, id = task.id, from = task.from_ns, to = task.to_ns,
      last = row.last, weight = task.weight, priority = task.priority, cpu = task.cpu_ns,
      waited = task.wait_ns, longest = task.longest_wait_ns,
      spans = spans_of(lists[i], 0, unit, is_exact), says = is_exact and says_of(row) or nil }
  end
  return tasks
end

local function figures_of(drawn)
  local reports, figures = {}, json.list {}
  for i, policy in ipairs(drawn.policies) do reports[i] = policy.report end
  for n, row in ipairs(metrics.rows(reports)) do
    local texts, best = json.list {}, json.list {}
    for i = 1, #reports do
      texts[i] = row.texts[i] or "-"
      if row.best[i] then best[#best + 1] = i - 1 end
    end
    figures[n] = { title = row.title, texts = texts, best = best }
  end
  return figures
end

local function data_of(drawn)
  local from, to = picture.range(drawn)
  local all_rows, policies = {}, json.list {}
  for i, policy in ipairs(drawn.policies) do
    local rows = picture.rows(policy)
    all_rows[i] = table.move(rows, 1, math.min(#rows, page.MOST_TASKS), 1, {})
  end
  local lists, width = bound(all_rows, to - from)
  local unit = unit_of(lists, from)
  for i, policy in ipairs(drawn.policies) do
    policies[i] = { name = policy.name, cpus = policy.cpus, quantum = policy.quantum_ns,
      known = policy.known_ns, exact = width == 0, count = #policy.tasks,
      waits = waits_of(all_rows[i]),
      tasks = tasks_of(all_rows[i], lists[i], unit, width == 0) }
  end
  return { schema = "neap-page-1", title = drawn.title, note = drawn.note, unit = unit, from = from,
    to = to, joined = width > 0 and width or nil, figures = figures_of(drawn), policies = policies }
end

-- Text.

local IN_SCRIPT = { ["<"] = "\\u003c", [">"] = "\\u003e", ["&"] = "\\u0026",
  ["\u{2028}"] = "\\u2028", ["\u{2029}"] = "\\u2029" }
local IN_TEXT = { ["<"] = "&lt;", [">"] = "&gt;", ["&"] = "&amp;", ['"'] = "&quot;" }

-- JSON that may stand in a <script>: these stand in strings only, where they may be escaped.
local function embed(value)
  return (json.encode(value):gsub("[<>&]", IN_SCRIPT):gsub("\u{2028}", IN_SCRIPT)
    :gsub("\u{2029}", IN_SCRIPT))
end

-- The text of the page.
function page.text(drawn)
  local script = {}
  for i, name in ipairs { "model", "timeline", "charts", "page" } do
    script[i] = require("neap.picture." .. name .. "_js")
  end
  local parts = {
    title = picture.clip(drawn.title, 200):gsub('[<>&"]', IN_TEXT),
    style = require "neap.picture.page_css",
    script = table.concat(script, "\n"),
    data = embed(data_of(drawn)),
  }
  return (require("neap.picture.page_html"):gsub("{{(%l+)}}", parts))
end

return page
