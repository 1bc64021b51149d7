-- share.lua - holds a task to a share, or to a pace of its own, by feedback.
--
-- D. Steere et al., A Feedback-driven Proportion Allocator for Real-Rate Scheduling,
-- OSDI 1999; the controller is the textbook's PI (K. Astrom and T. Hagglund, PID
-- Controllers, 1995). Each period a controlled task is given so much CPU time, before
-- all others; then it waits for the next. What it is given follows what came of it:
-- each period it changes by `integral` percent of the error and `proportional` percent
-- of the error's change.
--
-- The set point is `estimate` of CPU time in each `period`. With `rate` it is progress,
-- so many units (frames, requests, bytes) in each period, and `estimate` counts the
-- units done so far. A process cannot set its fields: the script that runs it reads its
-- count from where the job leaves it (a file, a socket) and says `task.estimate =
-- count`, at least twice a period. CPU time per unit is measured too, so that the same
-- gains serve. A period in which the task slept tells nothing. Tasks without a period
-- share what is left by weight, as under fair.
--
-- Promise: after a step of 50 % of the set point, or of what a unit costs, the error is
-- at most 1 % within 10 periods, with at most 10 % overshoot. Weakness: more than there
-- is cannot be given; it takes periods to learn what `cbs` and `cap` are told. Cost: as
-- cbs.
local neap = require "neap"

local share = neap.policy {
  name = "share",
  summary = "feedback holds `estimate` of cpu per `period`, or a `rate` of progress",
  base = "fair",
  starves = true,
  idles = true,
  integral = 60,     -- percent
  proportional = 10, -- percent
  rate = 0,          -- units a period; 0: CPU time is controlled
}

local NEXT = 1    -- the timer: somebody's period begins
local AT_ONCE = 8 -- so many begin one in one hook, which must not take long

function share:init()
  self._of = {}
  self._ready = neap.heap() -- the controlled that may run, by the ends of their periods
  self._spent = neap.heap() -- those that have had what they were given, likewise
  self._cut = {} -- when a cpu was last taken from its task here
end

function share:init_task(task)
  self._of[task.id] = { paid = task.cpu_ns, ends = neap.forever }
end

function share:exit_task(task)
  self._of[task.id] = nil
end

local function is_controlled(self, task)
  return task.period > 0 and (self.rate > 0 or task.estimate > 0)
end

local function begin_period(self, task, own)
  own.from, own.unit, own.slept = task.cpu_ns, task.estimate, false
  own.left = own.given
  own.ends = own.ends + ((self.now - own.ends) // task.period + 1) * task.period
end

-- The error of the period that is over, in CPU time.
local function error_of(self, task, own)
  local used = task.cpu_ns - own.from
  if self.rate == 0 then return task.estimate - used end
  local units = task.estimate - own.unit
  return units > 0 and (self.rate - units) * used // units or own.given
end

local function control(self, task, own)
  local wrong = error_of(self, task, own)
  if not own.slept then
    local growth = wrong - (own.wrong or wrong)
    local change = self.integral * wrong + self.proportional * growth
    own.given = math.max(neap.ms, math.min(own.given + change // 100, task.period))
    own.wrong = wrong
  end
end

local function settle(self, task)
  local own = self._of[task.id]
  if own.ends == neap.forever then
    own.given = self.rate == 0 and task.estimate or task.period // 10
    own.ends = self.now
    begin_period(self, task, own)
  end
  own.left = own.left - (task.cpu_ns - own.paid)
  own.paid = task.cpu_ns
  if self.now >= own.ends then
    control(self, task, own)
    begin_period(self, task, own)
  end
  return own
end

function share:enqueue(task, why)
  if not is_controlled(self, task) then
    self._of[task.id].ends = neap.forever
    return self.base:enqueue(task, why)
  end
  local own = settle(self, task)
  if own.left > 0 then return self._ready:push(task, own.ends) end
  self._spent:push(task, own.ends)
  self:timer(NEXT, select(2, self._spent:peek()))
end

function share:dequeue(task, why)
  if self._ready:remove(task) or self._spent:remove(task) then return end
  self.base:dequeue(task, why)
end

-- The cpu of the one whose period ends last, after `ends`; the others' never do.
local function latest_after(self, task, ends)
  local victim
  for cpu = 0, self.cpus - 1 do
    local other = task:may_use(cpu) and self._cut[cpu] ~= self.now and self:on_cpu(cpu)
    local its = other and self._of[other.id].ends or 0
    if its > ends then victim, ends = cpu, its end
  end
  return victim
end

-- Those whose next period is there may run, and take the cpus of the rest.
local function refill(self)
  for _ = 1, AT_ONCE do
    local task, at = self._spent:peek()
    if not task then return end
    if at > self.now then return self:timer(NEXT, at) end
    self._spent:remove(task)
    local ends = settle(self, task).ends
    self._ready:push(task, ends)
    local victim = latest_after(self, task, ends)
    if victim then
      self._cut[victim] = self.now
      self:resched(victim)
    end
  end
  self:timer(NEXT, self.now + neap.ms)
end

function share:timer()
  refill(self)
end

function share:pick(cpu)
  return (self._ready:pop(cpu)) or self.base:pick(cpu)
end

function share:slice(task)
  if not is_controlled(self, task) then return self.base:slice(task) end
  local own = settle(self, task)
  return math.max(neap.ms, math.min(own.left, own.ends - self.now))
end

function share:preempt(task)
  if not self._ready:has(task) then return nil end
  return latest_after(self, task, self._of[task.id].ends)
end

function share:stopping(task, ran, why)
  self.base:stopping(task, ran, why)
  local own = self._of[task.id]
  if is_controlled(self, task) then
    own = settle(self, task)
    own.slept = own.slept or why == "blocked"
  end
  own.paid = task.cpu_ns
end

return share
