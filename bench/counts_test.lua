-- counts_test.lua - the hot paths of the core take as many instructions as baseline.lua says.
--
--   lua5.4 bench/counts_test.lua            the test `counts`: 10 % more fail, and so do 10 % less,
--                                           since then the baseline is no longer one
--   lua5.4 bench/counts_test.lua --write    writes the baseline anew
--
-- BENCH is the folder of core_run. Counts are of one compiler and its options, which the baseline
-- names: with others there is nothing to compare, and the test is skipped.
-- ctest timeout: 300
package.path = "bench/?.lua;" .. package.path
local core = require "core"
local kit = require "kit"

local BASELINE, OPS, MUCH = "bench/baseline.lua", 2000, 0.1
local SKIPPED = 77

local function skip(reason)
  print("skipped: " .. reason)
  os.exit(SKIPPED, true)
end

-- Lists, so that they are always in the same order: { "fair 10", "expired", 1293 }.
local function measure()
  local list = {}
  local function add(subject, tasks)
    local counts, paths = core.counts(subject, tasks, OPS), {}
    for path in pairs(counts) do paths[#paths + 1] = path end
    table.sort(paths)
    for _, path in ipairs(paths) do
      list[#list + 1] = { ("%s %d"):format(subject, tasks), path, counts[path] }
    end
  end
  for _, policy in ipairs(core.POLICIES) do
    for _, tasks in ipairs { 10, 1000, 100000 } do add(policy[1], tasks) end
  end
  add(core.TIMERS[1], 100000)
  return list
end

local function write(list)
  local lines, before = {}, nil
  for _, entry in ipairs(list) do
    if entry[1] ~= before then lines[#lines + 1] = ("  [%q] = {"):format(entry[1]) end
    before = entry[1]
    lines[#lines + 1] = ("    [%q] = %.0f,"):format(entry[2], entry[3])
  end
  local text = table.concat(lines, "\n"):gsub(",\n  %[", ",\n  },\n  [")
  local file <close> = assert(io.open(BASELINE, "w"))
  file:write(([[
-- baseline.lua - instructions on the core's hot paths, by subject and number of ready tasks.
--
-- Written by bench/counts_test.lua --write; the test `counts` holds us to it.
return {
  build = %q,
%s
  },
}
]]):format(core.build(), text))
end

-- How many are off; says which.
local function compare(list, baseline)
  local off = 0
  for _, entry in ipairs(list) do
    local subject, path, count = table.unpack(entry)
    local before = (baseline[subject] or {})[path] or 0
    local more = count / before - 1
    if math.abs(more) > MUCH then
      off = off + 1
      print(("%s, %s: %.0f instructions, baseline %d (%+.0f %%)"):format(subject, path, count,
        before, 100 * more))
    end
  end
  return off
end

if not kit.has "valgrind" then skip("valgrind is not installed") end
if arg[1] == "--write" then
  write(measure())
  kit.remove_files()
  os.exit(0, true)
end
local baseline = dofile(BASELINE)
if core.build() ~= baseline.build then
  skip(("the baseline is of \"%s\", this build of \"%s\""):format(baseline.build, core.build()))
end
local off = compare(measure(), baseline)
kit.remove_files()
if off > 0 then
  print(("%d counts are off by more than %d %%: if that is meant, say why in the commit, and run\n"
    .. "  BENCH=build/bench lua5.4 bench/counts_test.lua --write"):format(off, 100 * MUCH))
end
os.exit(off == 0 and 0 or 1, true)
