-- report_test.lua - the table at the end and the exit code, for every way that a job can end.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestReport
TestReport = {}

-- What a script inside neap prints.
local function printed(script)
  local answer = shell.neap { shell.file("script.lua", script) }
  luaunit.assertEquals(answer.err, "")
  luaunit.assertEquals(answer.code, 0)
  return answer.out
end

-- The table for made-up results, by lines.
local function lines_of(results)
  local text = printed(([[
local run = { policy = "fair", cpus = 2, quantum_ns = 10000000, wall_ns = 2000000000,
  neap_cpu_ns = 20000000, context_switches = 1 }
local function ran(cpu, more)
  local stats = { cpu_ns = cpu, wall_ns = 2 * cpu, ready_ns = cpu, slices = 3 }
  for key, value in pairs(more or {}) do stats[key] = value end
  return require "neap.figures".pack(stats)
end
io.write(require "neap.report".text({ %s }, run))]]):format(results))
  local lines = {}
  for line in text:gmatch("[^\n]+") do lines[#lines + 1] = line end
  return lines
end

function TestReport.test_every_end_has_its_word()
  local lines = lines_of [[
    { name = "a", how = "timeout", code = 15, stats = ran(1000000000) },
    { name = "b", how = "lost", code = 0, stats = ran(1000000000) },
    { name = "c", how = "cancelled", code = 0, stats = ran(0) },
    { name = "d", how = "ended", code = 143, stats = ran(0) },
    { name = "e", how = "signal", code = 9, stats = ran(0) },
    { name = "f", how = "error", code = 12 },
    { name = "g" }]]
  luaunit.assertEquals(lines[1],
    "task  exit                    cpu  share  ideal   wall   wait  slices")
  for i, word in ipairs {
    "timed out", "lost", "cancelled", "ended", "signal KILL", "error: [%w ]+", "%?",
  } do
    luaunit.assertStrMatches(lines[i + 1], "%a +" .. word .. " +%d[%w.]+ .*")
  end
end

function TestReport.test_forced_and_escaped_are_columns_only_when_there_are_any()
  local lines = lines_of [[
    { name = "a", how = "exit", code = 0, stats = ran(5, { forced = 0, escaped = 2 }) },
    { name = "b", how = "error", code = 12 }]]
  luaunit.assertStrMatches(lines[1], ".* slices  escaped")
  luaunit.assertStrMatches(lines[2], ".* 3        2")
  luaunit.assertStrMatches(lines[3], ".* 0        0")
  lines = lines_of [[ { name = "a", how = "exit", code = 0, stats = ran(5, { forced = 7 }) } ]]
  luaunit.assertStrMatches(lines[1], ".* slices  forced")
  luaunit.assertStrMatches(lines[2], ".* 3       7")
end

function TestReport.test_every_end_has_its_exit_code()
  luaunit.assertEquals(printed [[
local outcome = require "neap.outcome"
for _, case in ipairs {
  { "exit", 3 }, { "signal", 9 }, { "error", 2 }, { "error", 13 }, { "timeout", 15 },
  { "ended", 143 }, { "cancelled", 0 }, { "lost", 0 },
} do io.write(outcome.exit_code(case[1], case[2]), " ") end]], "3 137 127 126 124 0 125 125 ")
end

shell.main()
