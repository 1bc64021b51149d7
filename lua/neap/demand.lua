-- demand.lua - what the tasks of a recorded run asked for: a workload that can be simulated.
--
-- A task's CPU time between two sleeps is kept, and so is how long it slept, or was paused by the
-- user. What the machine added is not: the time that a process took to start, what came late, what
-- its tasks did to each other's caches. Whoever had not ended when the record does ends with what
-- it had used. Weight, priority and what else was said of it are those of its end.
local neap = require "neap"

local demand = {}

local Task = {}
Task.__index = Task

-- It gives up its cpu, or its place, at `now`, and has used `cpu` in all.
function Task:pauses(now, cpu)
  if self.since then return end
  self.work[#self.work + 1] = math.max(1, cpu - self.used)
  self.used, self.since = math.max(cpu, self.used), now
end

-- It competes again: what it used while it slept, as it was measured later, was used before.
function Task:goes_on(now, cpu)
  if not self.since then return end
  local last = #self.work
  self.work[last] = self.work[last] + math.max(0, cpu - self.used)
  self.work[last + 1] = math.max(1, now - self.since)
  self.used, self.since = math.max(cpu, self.used), nil
end

-- A sleep at the end counts as well: it is followed by 1 ns.
function Task:ends(now, cpu)
  if self.since and cpu <= self.used and now - self.since < neap.ms then
    self.since = nil -- that it was blocked was how it ended
    return
  end
  self:goes_on(now, cpu)
  self:pauses(now, cpu)
end

local heard = {} -- kind -> function(run, task, now, numbers ...)

heard["block"] = function(run, task, now) task:pauses(now, run:cpu_of(task)) end
heard["pause task"] = heard["block"]
heard["wake"] = function(run, task, now) task:goes_on(now, run:cpu_of(task)) end
heard["resume task"] = heard["wake"]
heard["ended"] = function(run, task, now)
  task:ends(now, run:cpu_of(task))
  task.ended = now
end
heard["measured"] = function(_, task, _, more) task.cpu = task.cpu + more end
heard["weight"] = function(_, task, _, weight) task.spec.weight = weight end
heard["priority"] = function(_, task, _, priority)
  task.spec.priority, task.spec.weight = priority, nil
end
heard["group"] = function(_, task, _, group) task.spec.group = group end
heard["times"] = function(_, task, _, estimate, deadline, period)
  task:set_times(estimate, deadline, period)
end

function Task:set_times(estimate, deadline, period)
  self.spec.estimate = estimate > 0 and estimate or nil
  self.spec.deadline = deadline > self.made and deadline - self.made or nil
  self.spec.period = period > 0 and period or nil
end

local Run = {}
Run.__index = Run

-- A virtual task is charged by its runtime, a process by what was measured.
function Run:cpu_of(task)
  local known = task.is_virtual and self.rt:find(task.id)
  return known and known.alive and known.cpu_ns or task.cpu
end

function Run:add(now, id, name, kind, priority, weight, estimate, deadline, period, group)
  local task = setmetatable({ id = id, made = now, work = {}, used = 0, cpu = 0,
    is_virtual = kind == 0 }, Task)
  task.spec = { name = name, arrival = now - self.start, priority = priority, weight = weight,
    group = group > 0 and group or nil }
  task:set_times(estimate, deadline, period)
  self.by_id[id] = task
  self.tasks[#self.tasks + 1] = task
end

function Run:hear(kind, now, id, text, ...)
  if kind == "add" then
    self:add(now, id, text, ...)
  elseif heard[kind] and self.by_id[id] then
    heard[kind](self, self.by_id[id], now, ...)
  end
end

-- Reads the record in `path`. Returns a list of tasks as neap.simulate{} takes it, and { policy,
-- cpus, quantum, length, unfinished, cut, metrics, ids, ends }: of the run what rt:metrics() says,
-- and of each task of the list its id and when it ended (nil: it did not), from the start; or nil
-- and a message.
function demand.read(path)
  local run = setmetatable({ tasks = {}, by_id = {} }, Run)
  local rt, message = neap.replay(path, { mode = "take", metrics = true,
    events = function(...) run:hear(...) end })
  if not rt then return nil, message end
  local _ <close> = rt
  rt:on("error", function() end)
  run.rt, run.start = rt, rt:now()
  local about = { policy = rt.policy, cpus = rt.cpus, quantum = rt.quantum, unfinished = 0,
    ids = {}, ends = {} }
  local ok, problem = rt:run()
  if not ok then return nil, problem end
  local list = {}
  for _, task in ipairs(run.tasks) do
    if not task.ended then
      task:ends(rt:now(), run:cpu_of(task))
      about.unfinished = about.unfinished + 1
    end
    if #task.work > 0 then
      task.spec.work = task.work
      list[#list + 1] = task.spec
      about.ids[#list] = task.id
      about.ends[#list] = task.ended and task.ended - run.start
    end
  end
  about.length, about.cut = rt:now() - run.start, rt:replay().cut
  about.metrics = rt:metrics()
  return list, about
end

return demand
