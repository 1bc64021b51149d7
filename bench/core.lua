-- core.lua - reads what core_run measures: the core's hot paths and the same on bare structures.
local kit = require "kit"

local core = {}

-- Each policy, and the bare structures that could do its work.
core.POLICIES = {
  { "rr", bare = { "ring" }, of = "bare ring" },
  { "priority", bare = { "levels" }, of = "bare FIFOs" },
  { "fair", bare = { "heap2", "heap4", "heap8" }, of = "best bare heap" },
}
-- The runtime's timers stand beside what would hold them.
core.TIMERS = { "timers", bare = { "heap2", "heap4", "heap8" }, of = "best bare heap" }

-- Lines of core_run as a list: name of the path, how often, ns each.
local function lines_of(text)
  local list = {}
  for name, ops, ns in text:gmatch("([^\t\n]+)\t(%d+)\t(%S+)") do
    list[#list + 1] = { name = name, ops = tonumber(ops), ns = tonumber(ns) }
  end
  return list
end

local function run(how, subject, tasks, ops)
  local text, well = kit.output(("%s %s %s %d %d 2>/dev/null"):format(how, kit.path "core_run",
    subject, tasks, ops))
  assert(well, "core_run " .. subject .. " has failed")
  return lines_of(text)
end

function core.build() return kit.output(kit.path "core_run" .. " build"):match("[^\n]+") end

-- By path: ns each.
function core.times(subject, tasks, ops)
  local by_path = {}
  for _, line in ipairs(run("", subject, tasks, ops)) do by_path[line.name] = line.ns end
  return by_path
end

-- By path: instructions each, those of the loop around it included. callgrind counts nothing but
-- counted(), and writes a file each time that it returns.
function core.counts(subject, tasks, ops)
  local out = kit.file()
  local callgrind = ("valgrind --tool=callgrind --toggle-collect=counted --dump-after=counted "
    .. "--callgrind-out-file=%s"):format(out)
  local by_path = {}
  for i, line in ipairs(run(callgrind, subject, tasks, ops)) do
    local total = kit.read(("%s.%d"):format(out, i)):match("\ntotals: (%d+)")
    by_path[line.name] = assert(tonumber(total), "callgrind has counted nothing") / line.ops
  end
  return by_path
end

-- The least that any of these subjects needs, by path.
function core.best(measure, subjects, tasks, ops)
  local best = {}
  for _, subject in ipairs(subjects) do
    for path, cost in pairs(measure(subject, tasks, ops)) do
      best[path] = math.min(best[path] or math.huge, cost)
    end
  end
  return best
end

return core
