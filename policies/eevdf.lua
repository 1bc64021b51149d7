-- eevdf.lua - earliest eligible virtual deadline first: waits by request.
--
-- I. Stoica and H. Abdel-Wahab, Earliest Eligible Virtual Deadline First, TR-95-22,
-- 1995; the kernel's fair class since Linux 6.6. A task's lag is what it should have
-- had by its weight less what it has had. Only who is not ahead (lag >= 0) may run, and
-- of those the one whose request ought to be served first: a request is a slice, its
-- `period` if that is given, else one quantum, and its deadline is its length / weight
-- after the service so far, in virtual time. So short requests get short waits, not
-- more time.
--
-- Virtual time is the mean of all virtual runtimes by weight, so the sum of all lags is
-- nothing. Who falls asleep while it is ahead counts until the others have caught up;
-- who is owed something then takes the claim with it, and comes back with it.
--
-- Promise: on one cpu no lag exceeds one slice, the largest of those asked for, while
-- nobody comes or goes (1.24 slices measured while some do). Weakness: on several cpus
-- some wait though they are owed more (a mean cannot see that). Cost: three heaps,
-- O(log n), about twice the Lua of `stride`.
local neap = require "neap"

local UNIT = 100 -- the weight at which virtual time is real time
local LONGEST = neap.s -- request
local AT_ONCE = 8 -- so many are moved by one pick, which must not take long

local eevdf = neap.policy {
  name = "eevdf",
  summary = "shares by weight, and short waits for who asks for short slices (period)",
  ideal = "weight",
}

function eevdf:init()
  self._early = neap.heap() -- those ahead of the mean, by virtual runtime
  self._ready = neap.heap() -- those that may run, by virtual deadline
  self._gone = neap.heap()  -- those asleep that are still ahead, by virtual runtime
  self._of = {}
  self._zero = 0   -- sums are kept of what is beyond it, so that they stay small
  self._weight = 0 -- of all that compete
  self._sum = 0    -- of their weight * (runtime - zero)
  self._alone = 0  -- how many have a cpu to themselves
end

local function request(self, task)
  return task.period > 0 and math.min(task.period, LONGEST) or self.quantum
end

-- Virtual time, rounded down. Nobody competes: the latest there was.
local function mean(self)
  if self._weight == 0 then return self._zero end
  local now = self._zero + self._sum // self._weight
  self._sum = self._sum - self._weight * (now - self._zero)
  self._zero = now
  return now
end

local function join(self, own)
  self._weight = self._weight + own.weight
  self._sum = self._sum + own.weight * (own.runtime - self._zero)
  own.competes = true
end

local function leave(self, own)
  mean(self)
  self._weight = self._weight - own.weight
  self._sum = self._sum - own.weight * (own.runtime - self._zero)
  own.competes = false
end

local function pay(self, task)
  local own = self._of[task.id]
  local parts = (task.cpu_ns - own.paid) * UNIT + own.rest
  local step = parts // own.weight
  own.paid, own.rest = task.cpu_ns, parts % own.weight
  own.runtime = own.runtime + step
  if own.competes then self._sum = self._sum + own.weight * step end
  return own
end

-- A request that has been served is followed by the next.
local function renew(self, task, own)
  if own.runtime >= own.deadline then
    own.deadline = own.runtime + request(self, task) * UNIT // own.weight
  end
end

function eevdf:init_task(task)
  self._of[task.id] = { runtime = mean(self), deadline = 0, lag = 0, rest = 0,
    paid = task.cpu_ns, weight = task.weight, competes = false, is_alone = false }
end

-- It is placed so that its lag is what it was when it left: its own coming moves the
-- mean.
local function enter(self, task, own)
  local before, most = mean(self), request(self, task) * UNIT
  own.lag = math.max(-most, math.min(own.lag, most))
  local shift = self._weight > 0
    and own.lag * (self._weight + own.weight) // (own.weight * self._weight) or 0
  own.runtime = before - shift
  own.deadline = own.runtime
  join(self, own)
end

-- Whether a task has a cpu to itself, out of the competition.
local function set_alone(self, task, own, is_alone)
  if is_alone == own.is_alone then return end
  own.is_alone = is_alone
  if is_alone then
    self._alone = self._alone + 1
    leave(self, own)
    own.lag, own.deadline = 0, math.mininteger
  else
    self._alone = self._alone - 1
    enter(self, task, own)
  end
end

-- Who claims more than a cpu can never catch up, and all others would seem to be ahead:
-- it has one to itself, and the others compete for the rest. On one cpu nobody does.
local function weigh(self, task, own)
  local weight, cpus = self._weight, self.cpus - self._alone
  if own.is_alone then weight, cpus = weight + own.weight, cpus + 1 end
  set_alone(self, task, own, cpus > 1 and own.weight * cpus > weight)
end

function eevdf:exit_task(task)
  local own = self._of[task.id]
  set_alone(self, task, own, false)
  if own.competes then leave(self, own) end
  self._of[task.id] = nil
end

function eevdf:enqueue(task)
  local own = self._of[task.id]
  self._gone:remove(task)
  if own.is_alone then return self._ready:push(task, own.deadline) end
  if not own.competes then enter(self, task, own) end
  renew(self, task, own)
  self._early:push(task, own.runtime)
end

local function forget(self, task)
  if not self._early:remove(task) then self._ready:remove(task) end
end

local function go(self, own)
  own.lag = (mean(self) - own.runtime) * own.weight
  leave(self, own)
end

local function sleep(self, task, own)
  set_alone(self, task, own, false)
  if own.runtime > mean(self) then
    self._gone:push(task, own.runtime)
  else
    go(self, own)
  end
end

local function let_go(self)
  for _ = 1, AT_ONCE do
    local task, runtime = self._gone:peek()
    if not task or runtime > mean(self) then break end
    local own = self._of[task.id]
    self._gone:remove(task)
    leave(self, own)
    own.lag = 0
  end
  return mean(self)
end

function eevdf:dequeue(task, why)
  forget(self, task)
  if why == "paused" then sleep(self, task, self._of[task.id]) end
end

-- Those that the mean has caught up with are ready; back goes who is ahead of it again,
-- since somebody has left. More than a few of either are there only after many have
-- come at once.
function eevdf:pick(cpu)
  local now, early, ready = let_go(self), self._early, self._ready
  for _ = 1, AT_ONCE do
    local task, runtime = early:peek()
    if not task or runtime > now then break end
    early:remove(task)
    ready:push(task, self._of[task.id].deadline)
  end
  for _ = 1, AT_ONCE do
    local task = ready:pop(cpu)
    if not task then break end
    local own = self._of[task.id]
    if own.is_alone or own.runtime <= now then return task end
    early:push(task, own.runtime)
  end
  return (early:pop(cpu)) or (ready:pop(cpu))
end

-- Takes the cpu of the one with the latest deadline, if its own is earlier and it may
-- run.
function eevdf:preempt(task)
  local own, victim = self._of[task.id], nil
  if own.runtime > mean(self) then return nil end
  local latest = own.deadline
  for cpu = 0, self.cpus - 1 do
    local rival = task:may_use(cpu) and self._of[self:on_cpu(cpu).id]
    if rival and rival.deadline > latest then victim, latest = cpu, rival.deadline end
  end
  return victim
end

function eevdf:slice(task)
  local own = self._of[task.id]
  if own.is_alone then return request(self, task) end
  return math.max(neap.ms, -((own.runtime - own.deadline) * own.weight // UNIT))
end

function eevdf:running(task)
  local own = self._of[task.id]
  if not own.competes and not own.is_alone then join(self, own) end
end

function eevdf:stopping(task, _, why)
  local own = pay(self, task)
  weigh(self, task, own)
  if why == "blocked" or why == "paused" then sleep(self, task, own) end
end

-- Under another weight it has the same lag.
function eevdf:update(task, what)
  if what == "charged" then
    local own = pay(self, task)
    local heap = self._early:has(task) and self._early or self._gone
    if heap:has(task) then heap:update(task, own.runtime) end
    return
  end
  local own = self._of[task.id]
  if own.weight == task.weight then return end
  set_alone(self, task, own, false)
  local competes, sleeps = own.competes, self._gone:remove(task)
  if competes then go(self, own) end
  own.rest = own.rest * task.weight // own.weight
  own.weight = task.weight
  if competes and not sleeps then enter(self, task, own) end
end

return eevdf
