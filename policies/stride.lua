-- stride.lua - shares by weight: who has passed least takes the next stride.
--
-- C. Waldspurger and W. Weihl, Stride Scheduling: Deterministic Proportional-Share
-- Resource Management, MIT/LCS/TM-528, 1995. A task's pass advances by ran * UNIT /
-- weight, the remainder is carried. Who sleeps keeps what it was ahead or behind
-- (`remain`), no more and no less: it gains nothing by sleeping, as it may under
-- `fair`.
--
-- Promise: of what any two tasks that stayed ready got together on one cpu, each has
-- its part by weight to within one quantum, at all times. Weakness: a sleeper gets no
-- credit, so it waits a turn more than under `fair`. Cost: O(log n), three Lua calls a
-- turn.
local neap = require "neap"

local UNIT = 100 -- the weight at which a pass is real time

local stride = neap.policy {
  name = "stride",
  summary = "shares by weight to within a quantum, at all times: for exact shares",
  ideal = "weight",
}

function stride:init()
  self._queue = neap.heap()
  self._of = {}
  self._pass = 0 -- of the latest turn
  self._step = 0 -- the largest stride so far
end

function stride:init_task(task)
  self._of[task.id] = {
    pass = self._pass, remain = 0, rest = 0, paid = task.cpu_ns, weight = task.weight,
  }
end

function stride:exit_task(task)
  self._of[task.id] = nil
end

local function pay(self, task)
  local own = self._of[task.id]
  local parts = (task.cpu_ns - own.paid) * UNIT + own.rest
  local step = parts // own.weight
  own.paid, own.rest = task.cpu_ns, parts % own.weight
  own.pass = own.pass + step
  return own, step
end

local function one_quantum(self, own)
  return self.quantum * UNIT // own.weight
end

-- What a task too heavy for its cpu can never catch up with is cut at two strides.
function stride:enqueue(task, why)
  local own = self._of[task.id]
  if why == "new" or why == "woken" or why == "resumed" then
    own.pass = self._pass + own.remain
  end
  own.pass = math.max(own.pass, self._pass - 2 * self._step)
  if why == "preempted" then
    self._queue:push_front(task, own.pass)
  else
    self._queue:push(task, own.pass)
  end
end

function stride:dequeue(task, why)
  local own = self._of[task.id]
  if why == "paused" then own.remain = own.pass - self._pass end
  self._queue:remove(task)
end

function stride:pick(cpu)
  local task, pass = self._queue:pop(cpu)
  if task then self._pass = math.max(self._pass, pass) end
  return task
end

-- Who ran alone may have run for long: as if it had been picked again each quantum.
function stride:stopping(task, _, why)
  local own, step = pay(self, task)
  if self.ready == 0 then
    self._pass = math.max(self._pass, own.pass - one_quantum(self, own))
  else
    self._step = math.max(self._step, step)
  end
  if why == "blocked" or why == "paused" then own.remain = own.pass - self._pass end
end

function stride:update(task, what)
  local own = self._of[task.id]
  if what == "charged" then
    pay(self, task)
    if self._queue:has(task) then self._queue:update(task, own.pass) end
  elseif own.weight ~= task.weight then
    own.pass = self._pass + (own.pass - self._pass) * own.weight // task.weight
    own.remain = own.remain * own.weight // task.weight
    own.rest = own.rest * task.weight // own.weight
    own.weight = task.weight
  end
end

return stride
