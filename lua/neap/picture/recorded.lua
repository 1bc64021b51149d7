-- recorded.lua - the picture of a recorded run (neap run --record), by doing it again.
--
-- The recorded answers are taken, so no policy is needed. Runs are known from the switches of the
-- cpus; sleeps from a task's state after each event that may change it.
local neap = require "neap"

local AWAY = { blocked = true, paused = true }
local TOUCHES = { block = true, wake = true, ["pause task"] = true, ["resume task"] = true,
  started = true, ended = true, yield = true, held = true, released = true }

local run = {}
run.__index = run

local function keep(self, id, from, to, cpu)
  if to > from and id and self.of[id] then
    self.segments[#self.segments + 1] = { task = id, from_ns = from - self.start,
      to_ns = to - self.start, cpu = cpu }
  end
end

-- One came: it is there when the event has been carried out.
function run:join(id, at)
  local handle = self.rt:find(id)
  if not handle then return end -- the policy refused it
  local task = { id = id, name = handle.name, from_ns = at - self.start, weight = handle.weight,
    priority = handle.priority, handle = handle }
  self.tasks[#self.tasks + 1], self.of[id] = task, task
end

-- A sleep begins or ends.
function run:look(task, at)
  local away = task.handle.alive and AWAY[task.handle.state]
  if away and not task.away_since then
    task.away_since = at
  elseif not away and task.away_since then
    keep(self, task.id, task.away_since, at)
    task.away_since = nil
  end
end

-- What the event before this one has made of the tasks that it touched.
function run:settle()
  for id in pairs(self.touched) do
    if self.of[id] then self:look(self.of[id], self.at) end
    self.touched[id] = nil
  end
  if self.new then self:join(self.new, self.at) end
  self.new = nil
end

function run:event(kind, now, id)
  if not self.rt then return end -- the head, before there is a runtime
  self:settle()
  self.at = now
  if kind == "add" then self.new = id elseif TOUCHES[kind] then self.touched[id] = true end
end

function run:switch(cpu, from, to)
  local at, turn = self.rt:now(), self.turns[cpu]
  if turn then keep(self, turn.id, turn.at, at, cpu) end
  self.turns[cpu] = to and { id = to.id, at = at }
  if from then self.touched[from.id] = true end
  self.switches = self.switches + (to and to.id ~= self.had[cpu] and 1 or 0)
  if to then self.had[cpu] = to.id end
end

function run:exit(handle)
  local task, at = self.of[handle.id], self.rt:now()
  if not task then return end
  if task.away_since then keep(self, task.id, task.away_since, at) end
  task.to_ns, task.cpu_ns, task.wait_ns = at - self.start, handle.cpu_ns, handle.wait_ns
  task.away_since, task.handle = nil, { alive = false }
end

function run:finish()
  self:settle()
  local at = self.rt:now()
  for cpu, turn in pairs(self.turns) do keep(self, turn.id, turn.at, at, cpu) end
  for _, task in ipairs(self.tasks) do
    if task.away_since then keep(self, task.id, task.away_since, at) end
    if task.handle.alive then
      task.cpu_ns, task.wait_ns = task.handle.cpu_ns, task.handle.wait_ns
    end
    task.handle, task.away_since = nil, nil
  end
  table.sort(self.segments, function(a, b)
    return a.to_ns < b.to_ns or a.to_ns == b.to_ns and a.task < b.task
  end)
end

-- Many values as a report has them.
local function times(list)
  table.sort(list)
  local n, sum = #list, 0
  for _, value in ipairs(list) do sum = sum + value end
  local function rank(percent) return list[math.max(1, -(-n * percent // 100))] or 0 end
  return { count = n, mean_ns = n > 0 and sum // n or 0, p50_ns = rank(50), p95_ns = rank(95),
    p99_ns = rank(99), max_ns = list[n] or 0, exact = true }
end

-- The figures that follow from what is drawn.
local function measure(policy, switches)
  local picture = require "neap.picture"
  local turnaround, response, wait, stretch, busy, ended = {}, {}, {}, {}, 0, 0
  for _, row in ipairs(picture.rows(policy)) do
    local task, first, waited, longest = row.task, nil, 0, 0
    for from, to, state in picture.spans(row) do
      if state == "runs" then
        first = first or from
        busy = busy + to - from
      elseif state == "waits" then
        stretch[#stretch + 1] = to - from
        waited, longest = waited + to - from, math.max(longest, to - from)
      end
    end
    task.wait_ns, task.longest_wait_ns = waited, longest
    wait[#wait + 1], response[#response + 1] = waited, first and first - task.from_ns
    if task.to_ns then
      ended = ended + 1
      turnaround[ended] = task.to_ns - task.from_ns
    end
  end
  local span = math.max(1, policy.to_ns - policy.from_ns)
  return { policy = policy.name, cpus = policy.cpus, quantum_ns = policy.quantum_ns,
    tasks = #policy.tasks, ended = ended, end_ns = policy.to_ns, from_ns = policy.from_ns,
    makespan_ns = span, busy_ns = busy, utilisation = busy / (span * policy.cpus),
    throughput = ended * neap.s / span, turnaround = times(turnaround),
    response = times(response), wait = times(wait), stretch = times(stretch),
    context_switches = switches }
end

return function(path)
  local self = setmetatable({ segments = {}, tasks = {}, of = {}, touched = {}, turns = {},
    had = {}, switches = 0, at = 0 }, run)
  local rt, message = neap.replay(path, { mode = "take", events = function(kind, now, id)
    self:event(kind, now, id)
  end })
  if not rt then return nil, message end
  local _ <close> = rt
  self.rt, self.start, self.at = rt, rt:now(), rt:now()
  rt:on("error", function() end) -- was told when it happened
  rt:on("switch", function(...) self:switch(...) end)
  rt:on("exit", function(task) self:exit(task) end)
  local ok, problem = rt:run()
  if not ok and #self.tasks == 0 then return nil, problem end
  self:finish()
  local policy = { name = rt.policy, cpus = rt.cpus, quantum_ns = rt.quantum, from_ns = 0,
    to_ns = math.max(1, rt:now() - self.start), tasks = self.tasks, segments = self.segments }
  policy.report = measure(policy, self.switches)
  local cut = not ok and problem or rt:replay().cut and "the record ends inside: the run was killed"
  return { title = path, note = cut or nil, policies = { policy } }
end
