-- cbs.lua - constant bandwidth servers: edf, and nobody gets more than it reserved.
--
-- L. Abeni and G. Buttazzo, Integrating Multimedia Applications in Hard Real-Time
-- Systems, RTSS 1998; the kernel's SCHED_DEADLINE. A task's `estimate` is its budget Q,
-- its `period` is T: it has Q of each T. A budget that is used up is filled again and
-- the deadline postponed by T. With `hard` (the default, as in the kernel) it waits for
-- the old deadline first, so it never gets more than Q in T; without it, it goes on at
-- once behind all that are due earlier, as in the paper. Tasks that lack either take
-- turns in what is left.
--
-- Promise: if the sum of all Q / T is at most 1, on one cpu, who keeps to its Q misses
-- no deadline whatever the others do; a hog gets Q / T and at most one tick more.
-- Weakness: who underestimates its Q is late, though the cpu be idle (`hard`). Cost:
-- two heaps, O(log n); O(cpus) an arrival.
local neap = require "neap"

local cbs = neap.policy {
  name = "cbs",
  summary = "reserves `estimate` of cpu per `period`: deadlines, whatever others do",
  starves = true,
  idles = true,
  hard = true,
}

local NEXT = 1    -- the timer: somebody's budget is filled
local AT_ONCE = 8 -- so many are filled by one hook, which must not take long

function cbs:init()
  self._of = {}
  self._ready = neap.heap() -- those with a budget, by deadline
  self._spent = neap.heap() -- those without, by when they get it
  self._rest = neap.fifo()
  self._cut = {} -- when a cpu was last taken from its task here
end

function cbs:init_task(task)
  self._of[task.id] = { budget = 0, due = neap.forever, paid = task.cpu_ns }
end

function cbs:exit_task(task)
  self._of[task.id] = nil
end

local function is_served(task)
  return task.estimate > 0 and task.period > 0
end

local function pay(self, task)
  local own = self._of[task.id]
  own.budget = own.budget - (task.cpu_ns - own.paid)
  own.paid = task.cpu_ns
  return own
end

-- In how many periods' time it has a budget again.
local function periods(task, own)
  return -own.budget // task.estimate + 1
end

-- Fills the budget and postpones the deadline. What it could not get in time, the cpus
-- being late, is not made up for later at the cost of those who are on time.
local function renew(self, task, own)
  local count = periods(task, own)
  own.budget = own.budget + count * task.estimate
  own.due = own.due + count * task.period
  if own.due <= self.now then own.due = self.now + task.period end
end

-- Who wakes keeps its budget and deadline if it would not get more than Q / T of the
-- cpu by them.
local function arrive(self, task, own)
  local left = own.due - self.now
  if own.due == neap.forever or own.budget / task.estimate >= left / task.period then
    own.budget = task.estimate + math.min(own.budget, 0)
    own.due = self.now + task.period
  end
end

function cbs:enqueue(task, why)
  local own = pay(self, task)
  if not is_served(task) then
    own.budget, own.due = 0, neap.forever
    if why == "preempted" then return self._rest:push_front(task) end
    return self._rest:push(task)
  end
  if why == "new" or why == "woken" or own.due == neap.forever then
    arrive(self, task, own)
  end
  if own.budget > 0 then return self._ready:push(task, own.due) end
  local start = own.due + (periods(task, own) - 1) * task.period
  if self.hard and start > self.now then
    self._spent:push(task, start)
    self:timer(NEXT, select(2, self._spent:peek()))
  else
    renew(self, task, own)
    self._ready:push(task, own.due)
  end
end

function cbs:dequeue(task)
  if self._ready:remove(task) or self._spent:remove(task) then return end
  self._rest:remove(task)
end

-- The cpu of the one with the latest deadline after `due`, of those that `task` may
-- use.
local function latest_after(self, task, due)
  local victim
  for cpu = 0, self.cpus - 1 do
    local other = task:may_use(cpu) and self._cut[cpu] ~= self.now and self:on_cpu(cpu)
    local its = other and self._of[other.id].due or 0
    if its > due then victim, due = cpu, its end
  end
  return victim
end

-- Those whose period begins may run, and take the cpus of those with later deadlines.
local function fill(self)
  for _ = 1, AT_ONCE do
    local task, at = self._spent:peek()
    if not task then return end
    if at > self.now then return self:timer(NEXT, at) end
    local own = self._of[task.id]
    self._spent:remove(task)
    renew(self, task, own)
    self._ready:push(task, own.due)
    local victim = latest_after(self, task, own.due)
    if victim then
      self._cut[victim] = self.now
      self:resched(victim)
    end
  end
  self:timer(NEXT, self.now + neap.ms)
end

function cbs:pick(cpu)
  return (self._ready:pop(cpu)) or self._rest:pop(cpu)
end

function cbs:slice(task)
  local own = self._of[task.id]
  return own.due < neap.forever and math.max(neap.ms, own.budget) or self.quantum
end

function cbs:preempt(task)
  if not self._ready:has(task) then return nil end
  return latest_after(self, task, self._of[task.id].due)
end

function cbs:timer()
  fill(self)
end

function cbs:stopping(task)
  pay(self, task)
end

return cbs
