-- corpus.lua - recorded runs to begin fuzzing with: `neap tests/fuzz/corpus.lua DIRECTORY`.
local neap = require "neap"

local folder = arg[1]

local function go_through_everything(rt)
  local tasks = {}
  for i = 1, 4 do
    tasks[i] = rt:task { name = "t" .. i, weight = i * 50, estimate = i * neap.s, group = i % 2 }
  end
  rt:run(50 * neap.ms)
  tasks[3]:block()
  tasks[2]:pause()
  tasks[4].priority = 9
  tasks[4].affinity = { 0 }
  tasks[1].name = "another"
  rt:run(50 * neap.ms)
  tasks[3]:wake()
  tasks[2]:resume()
  tasks[1]:finish(3)
  tasks[2].deadline = rt:now() + neap.s
  tasks[2].group = 7
  rt:set_quantum(5 * neap.ms)
  rt:pause()
  rt:run(10 * neap.ms)
  rt:resume()
  rt:set_policy("rr")
  rt:trigger()
  rt:run(20 * neap.ms)
  tasks[4].affinity = nil
  rt:set_cpus(1)
  rt:run(20 * neap.ms)
end

local function record(name, options, act)
  options.clock, options.record = "virtual", ("%s/%s"):format(folder, name)
  local rt <close> = assert(neap.runtime(options))
  act(rt)
end

for _, policy in ipairs { "rr", "priority", "fair" } do
  record(policy, { policy = policy, cpus = 2 }, go_through_everything)
  record(policy .. "-few", { policy = policy, max_alive = 2, max_hold = "20ms" },
    go_through_everything)
end
record("aging", { policy = "priority", params = { aging = "20ms" } }, go_through_everything)
record("other", { policy = neap.policy { name = "other", base = "fair", slice = function(self)
  self:count("slices")
  self:log("a slice")
  return self.now > 80 * neap.ms and "no" or 2 * neap.ms
end } }, go_through_everything)

-- Of processes.
do
  local rt <close> = assert(neap.runtime { cpus = 1, record = folder .. "/live" })
  for i = 1, 3 do rt:spawn { "sh", "-c", ("sleep 0.0%d; i=0; while [ $i -lt 9000 ]; do "
    .. "i=$((i+1)); done"):format(i) } end
  rt:run()
end
