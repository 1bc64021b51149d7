-- output_flood_test.lua - a gigabyte of output: memory stays small, and the tick goes on.
-- ctest labels: timing
-- ctest timeout: 180
local luaunit = require "luaunit"
local peaks = require "peaks"
local shell = require "shell"

-- luacheck: globals TestFlood
TestFlood = {}

local SIZE = 1000000000

local FLOOD = ([[{ "sh", "-c", "yes 0123456789012345678901234567890123456789 | head -c %d",
  name = "flood" },]]):format(SIZE)

-- Pipes a run of the jobs through `reader`.
local function start(mode, jobs, reader)
  local file = shell.file("flood.lua", "return {" .. jobs .. "}")
  local stats = shell.path("stats")
  local line = ('"$NEAP" run -j1 --output %s --stats %s -f %s | %s'):format(
    mode, stats, file, reader)
  return shell.start { "sh", "-c", line, deadline = 120 }, stats
end

for _, case in ipairs {
  { "tag", "sleep 2; wc -c" }, { "group", "sleep 2; wc -c" }, { "tag", "cat >/dev/null; echo 0" },
} do
  local mode, reader = table.unpack(case)
  TestFlood[("test_%s_into_%s"):format(mode, reader:match("^%l+"))] = function()
    local run = start(mode, FLOOD, "{ " .. reader .. "; }")
    local most = peaks.watch(run)
    local answer = run:finish()
    run:assert_gone(1)
    local lines = SIZE // 41 + 1
    local expected = mode == "tag" and SIZE + lines * #"flood: " + 1 or SIZE
    local count = tonumber(answer.out)
    luaunit.assertTrue(count == 0 or count == expected, answer.out)
    peaks.check(mode, most, { "neap", "guard", "collector" })
  end
end

-- Two loops share the cpu while the reader of the third task's output stands still for 3 s.
function TestFlood.test_the_tick_goes_on_while_the_reader_stands_still()
  local loop = [[{ "timeout", "2", "sh", "-c", "while :; do :; done", name = "loop%d",
    output = "null" },]]
  local jobs = FLOOD .. loop:format(1) .. loop:format(2)
  local run, path = start("tag", jobs, "{ sleep 3; head -c 1000; }")
  local answer = run:finish()
  run:assert_gone(1)
  local stats = shell.read(path)
  local function figure(name)
    return tonumber(stats:match('"' .. name .. '":%s*(%d+)'))
  end
  local decisions, late = figure("decisions"), figure("late_ticks")
  print(("%d decisions in 2 s at a quantum of 10 ms, %d of them late by %.1f ms in all"):format(
    decisions, late, figure("late_ns") / 1e6))
  luaunit.assertTrue(decisions >= 50) -- 200 on a quiet machine; a tick that waits for a reader: 1
  shell.assert_contains(answer.err, "the tasks' output is lost")
end

shell.main()
