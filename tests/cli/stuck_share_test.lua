-- stuck_share_test.lua - the shares of 20 processes in the 5 s after their policy got stuck.
--
-- Each is as near to the mean as 2 % of what it has on a machine of its own: what other programs
-- take from them makes the shares smaller, and not what a late turn takes from one of them.
-- ctest labels: timing
-- ctest timeout: 120
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestShares
TestShares = {}

local PROCESSES, SECONDS, BOUND = 20, 5, 0.02
local TRIES = 3

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

-- How far any task is from the mean, as a part of what each can have.
local function worst_of(all)
  local sum, worst = 0, 0
  for _, task in ipairs(all.tasks) do sum = sum + task.cpu_ns end
  for _, task in ipairs(all.tasks) do
    worst = math.max(worst, math.abs(task.cpu_ns - sum / PROCESSES))
  end
  return worst / (SECONDS * 1e9 * all.cpus / PROCESSES)
end

for _, hook in ipairs { "enqueue", "pick", "stopping" } do
  TestShares["test_they_are_equal_after_a_loop_in_" .. hook] = function()
    local least = math.huge
    for _ = 1, TRIES do
      local all = run(hook)
      luaunit.assertEquals({ all.policy, all.ejections, #all.tasks }, { "fair", 1, PROCESSES })
      least = math.min(least, worst_of(all))
      if least <= BOUND then return end
    end
    luaunit.fail(("%.2f %% off"):format(100 * least))
  end
end

shell.main()
