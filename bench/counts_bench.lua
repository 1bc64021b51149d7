-- counts_bench.lua - instructions on the core's hot paths, and on those of bare structures.
--
-- They do not depend on the neighbours, and once is enough. This is release; the test `counts`
-- compares those of the build of ./dev build with bench/baseline.lua.
local core = require "core"
local kit = require "kit"

local OPS = 2000

local function beside(row, subject, tasks)
  local ours = core.counts(subject[1], tasks, OPS)
  local bare = core.best(core.counts, subject.bare, tasks, OPS)
  for _, path in ipairs { "expired", "goes on", "look up", "priority", "add", "remove" } do
    if ours[path] then
      row { ("%s, %d tasks: %s"):format(subject[1], tasks, path), unit = "instructions",
        ours = ours[path], peer = bare[path], of = subject.of }
    end
  end
end

return {
  rounds = 1,
  peers = { "valgrind" },
  round = function(row)
    if not kit.has "valgrind" then return end
    for _, policy in ipairs(core.POLICIES) do
      for _, tasks in ipairs { 10, 1000, 100000 } do beside(row, policy, tasks) end
    end
    beside(row, core.TIMERS, 100000)
  end,
}
