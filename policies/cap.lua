-- cap.lua - fair, but no task uses more than its quota of each period.
--
-- A token bucket per task (J. Turner, New Directions in Communications, 1986; the
-- kernel's CFS bandwidth control: P. Turner, B. Rao and N. Rao, CPU bandwidth control
-- for CFS, 2010). Each `period` puts `quota` of CPU time into a task's bucket, which
-- holds quota + burst at most; a task with an empty bucket waits for the next period. A
-- task with an `estimate` and a `period` of its own has that quota in that period. What
-- was used too much, since a slice ended late, is a debt. With `conserve` a cpu that
-- nobody else wants is given away, and not charged to the bucket.
--
-- Promise: over many periods no more than the quota + 0.5 %, within a period at most
-- one tick more than quota + burst. Weakness: cpus stand empty while tasks wait (unless
-- `conserve`); a task that has used its quota answers nobody until the next period.
-- Cost: `fair`, two Lua calls a turn.
local neap = require "neap"

local cap = neap.policy {
  name = "cap",
  summary = "fair, with at most `quota` of cpu per `period` for each: to leave room",
  base = "fair",
  idles = true,
  quota = 50 * neap.ms,
  period = 100 * neap.ms,
  burst = 0,
  conserve = false,
}

local NEXT = 1    -- the timer: somebody's bucket is filled
local AT_ONCE = 8 -- so many are let in by one hook, which must not take long

function cap:init()
  for _, name in ipairs { "quota", "period" } do
    if self[name] < neap.ms then
      error(("%s: %s is less than 1ms"):format(name, self[name]), 0)
    end
  end
  if self.burst < 0 then
    error(("burst: %s is less than nothing"):format(self.burst), 0)
  end
  self._of = {}
  self._out = neap.heap() -- those with empty buckets, by when there is some in it
end

local function terms(self, task)
  if task.estimate > 0 and task.period > 0 then return task.estimate, task.period end
  return self.quota, self.period
end

function cap:init_task(task)
  local quota, period = terms(self, task)
  self._of[task.id] = { tokens = quota, fill = self.now + period, paid = task.cpu_ns }
end

function cap:exit_task(task)
  self._of[task.id] = nil
end

-- Takes out what was used, puts in what is due.
local function settle(self, task)
  local own = self._of[task.id]
  local quota, period = terms(self, task)
  own.tokens = own.tokens - (own.is_free and 0 or task.cpu_ns - own.paid)
  own.paid = task.cpu_ns
  if self.now >= own.fill then
    local periods = (self.now - own.fill) // period + 1
    own.tokens = math.min(own.tokens + periods * quota, quota + self.burst)
    own.fill = own.fill + periods * period
  end
  return own
end

function cap:enqueue(task, why)
  local own = settle(self, task)
  if own.tokens > 0 then return self.base:enqueue(task, why) end
  local quota, period = terms(self, task)
  self._out:push(task, own.fill + -own.tokens // quota * period)
  self:timer(NEXT, select(2, self._out:peek()))
  self:count "throttled"
end

function cap:dequeue(task, why)
  if not self._out:remove(task) then self.base:dequeue(task, why) end
end

-- The rest of those that are due is let in by the next pick: there is work until then.
local function release(self)
  for _ = 1, AT_ONCE do
    local task, at = self._out:peek()
    if not task then return end
    if at > self.now then return self:timer(NEXT, at) end
    self._out:remove(task)
    self.base:enqueue(task, "expired")
  end
end

function cap:pick(cpu)
  release(self)
  local task = self.base:pick(cpu)
  if not task and self.conserve then
    task = self._out:pop(cpu)
    if task then self._of[task.id].is_free = true end
  end
  return task
end

function cap:slice(task)
  local own = settle(self, task)
  if own.is_free then return self.quantum end
  return math.max(neap.ms, math.min(self.base:slice(task), own.tokens))
end

function cap:stopping(task, ran, why)
  self.base:stopping(task, ran, why)
  settle(self, task).is_free = nil
end

function cap:update(task, what)
  self.base:update(task, what)
  settle(self, task)
end

return cap
