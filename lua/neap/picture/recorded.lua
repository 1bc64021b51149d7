-- recorded.lua - the picture of a recorded run (neap run --record), by doing it again.
--
-- The recorded answers are taken, so no policy is needed. Who ran and slept when, and the figures,
-- are what the meter of simulations says; who the tasks are is seen as they come and go.
local neap = require "neap"

local run = {}
run.__index = run

-- The one that the event before this one has made. The policy may have refused it.
function run:join()
  local id = self.new
  self.new = nil
  local handle = id and self.rt:find(id)
  if not handle then return end
  local task = { id = id, from_ns = self.at - self.start, handle = handle }
  self.tasks[#self.tasks + 1], self.of[id] = task, task
end

function run:event(kind, now, id)
  if not self.rt then return end -- the head, before there is a runtime
  self:join()
  self.at = now
  if kind == "add" then self.new = id end
end

-- What is known of a task when it ends, or the run does.
function run.keep(task)
  local handle = task.handle
  task.name, task.weight, task.priority = handle.name, handle.weight, handle.priority
  task.cpu_ns, task.wait_ns, task.handle = handle.cpu_ns, handle.wait_ns, nil
end

function run:exit(handle)
  local task = self.of[handle.id]
  if not task then return end
  task.to_ns = self.rt:now() - self.start
  self.keep(task)
end

function run:finish()
  self:join()
  for _, task in ipairs(self.tasks) do
    if task.handle then self.keep(task) end
  end
end

-- Of the clock of the run, from its start on.
local function shift(segments, by)
  for _, segment in ipairs(segments) do
    segment.from_ns, segment.to_ns = segment.from_ns - by, segment.to_ns - by
  end
  return segments
end

local function policy_of(self)
  local rt, start = self.rt, self.start
  local report = assert(rt:metrics())
  local policy = { name = rt.policy, report = report, cpus = rt.cpus, quantum_ns = rt.quantum,
    from_ns = 0, to_ns = math.max(1, rt:now() - start), tasks = self.tasks,
    segments = shift(report.timeline, start),
    known_ns = report.timeline_to_ns and report.timeline_to_ns - start }
  report.timeline, report.timeline_to_ns = nil, nil
  return policy
end

return function(path, most_segments)
  local self = setmetatable({ tasks = {}, of = {} }, run)
  local rt, message = neap.replay(path, { mode = "take", metrics = true, timeline = most_segments,
    events = function(...) self:event(...) end })
  if not rt then return nil, message end
  local _ <close> = rt
  self.rt, self.start, self.at = rt, rt:now(), rt:now()
  rt:on("error", function() end) -- was told when it happened
  rt:on("exit", function(task) self:exit(task) end)
  local ok, problem = rt:run()
  self:finish()
  if not ok and #self.tasks == 0 then return nil, problem end
  local cut = rt:replay().cut and "The record is cut: the run was killed, or is going on."
  return { title = path, note = not ok and problem or cut or nil, damaged = not ok or nil,
    policies = { policy_of(self) } }
end
