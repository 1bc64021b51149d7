-- stuck_share_test.lua - the shares of 20 processes in the 5 s after their policy got stuck.
--
-- Of what they have had together: what other programs take from them does not count.
-- ctest labels: timing
-- ctest timeout: 120
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestShares
TestShares = {}

local PROCESSES, SECONDS, BOUND = 20, 5, 0.02
local TRIES = 3 -- on a loaded machine there is less to divide, and more is late

-- It drives them until each has had a turn: `fair` takes over what it has begun.
local STUCK = [[
local p = require "neap".policy { name = "stuck", base = "fair" }
p[%q] = function(self, ...)
  if self.now >= self.loops_from then while true do end end
  return self.base[%q](self.base, ...)
end
function p:init() self.loops_from = self.now + 200 * 1000000 end
return p]]

local function run(hook)
  local stats = shell.path("stats.json")
  local jobs = {}
  for i = 1, PROCESSES do
    jobs[i] = ('{ "sh", "-c", "while :; do :; done", name = "loop%d" },'):format(i)
  end
  local answer = shell.neap {
    "run", "-p", shell.file("stuck.lua", STUCK:format(hook, hook)), "-q", "2ms", "--for",
    SECONDS + 0.2 .. "s", "--stats", stats,
    "-f", shell.file("jobs.lua", "return {" .. table.concat(jobs, "\n") .. "}"),
  }
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertStrContains(answer.err, "stopped")
  return cjson.decode(shell.read(stats))
end

-- How far the share of any task is from an equal one, as a part of that.
local function worst_of(tasks)
  local sum, worst = 0, 0
  for _, task in ipairs(tasks) do sum = sum + task.cpu_ns end
  for _, task in ipairs(tasks) do
    worst = math.max(worst, math.abs(task.cpu_ns * #tasks / sum - 1))
  end
  return worst
end

for _, hook in ipairs { "enqueue", "pick", "stopping" } do
  TestShares["test_they_are_equal_after_a_loop_in_" .. hook] = function()
    local least = math.huge
    for _ = 1, TRIES do
      local all = run(hook)
      luaunit.assertEquals({ all.policy, all.ejections, #all.tasks }, { "fair", 1, PROCESSES })
      least = math.min(least, worst_of(all.tasks))
      if least <= BOUND then return end
    end
    luaunit.fail(("%.2f %% off"):format(100 * least))
  end
end

shell.main()
