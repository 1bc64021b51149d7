-- model.lua - what the scheduler should do, said as naively as possible, for property_test.lua.
--
-- Virtual tasks under rr, priority or fair. One plain list of who waits, linear scans, time
-- that is added up second by second, so to speak: whoever has a cpu gets every passing
-- nanosecond on his account at once, and a slice is what is left of it. Nothing here looks
-- like the core, which has end times, heaps, bitmaps and books that are settled later.
local MS = 1000000
local UNIT = 100 -- the weight at which virtual time is real time

local most = math.max

-- The three orders: who is next in the list, and what is written down.

local orders = {}

orders.rr = {
  next = function() return 1 end,
}

orders.priority = {
  next = function(self)
    local best = 1
    for i, t in ipairs(self.waiting) do
      if t.priority > self.waiting[best].priority then best = i end
    end
    return best
  end,
  -- The cpu of the lowest that is lower than `t`.
  preempt = function(self, t)
    local victim, lowest = nil, t.priority
    for number = 1, self.cpus do
      local other = self.cpu[number].task
      if other and other.priority < lowest then victim, lowest = number, other.priority end
    end
    return victim
  end,
}

orders.fair = {
  open = function(self)
    self.floor, self.step = 0, 0
    for _, t in ipairs(self.alive) do t.vruntime, t.rest = 0, 0 end
  end,
  enqueue = function(self, t, why)
    local slice = self.quantum * UNIT // t.weight
    if #self.waiting == 0 then self.step = slice end
    if why == "new" then
      t.vruntime = self.floor
    elseif why == "woken" or why == "resumed" then
      t.vruntime = most(t.vruntime, self.floor - slice)
    else
      t.vruntime = most(t.vruntime, self.floor - 2 * self.step)
    end
  end,
  next = function(self)
    local best = 1
    for i, t in ipairs(self.waiting) do
      if t.vruntime < self.waiting[best].vruntime then best = i end
    end
    self.floor = most(self.floor, self.waiting[best].vruntime)
    return best
  end,
  stopping = function(self, t, ran)
    local parts = ran * UNIT + t.rest
    t.vruntime, t.rest = t.vruntime + parts // t.weight, parts % t.weight
    if #self.waiting > 0 then
      self.step = most(self.step, parts // t.weight)
    else
      self.floor = most(self.floor, t.vruntime - self.quantum * UNIT // t.weight)
    end
  end,
  reweigh = function(self, t, old)
    local lead = t.vruntime - self.floor
    local size = math.abs(lead) // t.weight * old + math.abs(lead) % t.weight * old // t.weight
    t.vruntime = self.floor + (lead < 0 and -size or size)
    t.rest = t.rest * t.weight // old
  end,
}

local Model = {}
Model.__index = Model

local function new(policy, cpus, quantum, max_hold)
  local self = setmetatable({
    now = 0, quantum = quantum, cpus = cpus, cpu = {}, paused = false,
    alive = {}, waiting = {}, arrived = {}, last_id = 0, dispatches = 0, preemptions = 0,
    order = orders[policy], policy = policy, max_hold = max_hold, moves = 0, forced = 0,
  }, Model)
  for number = 1, cpus do self.cpu[number] = {} end
  if self.order.open then self.order.open(self) end
  return self
end

-- Small steps.

local function index_of(list, value)
  for i, v in ipairs(list) do
    if v == value then return i end
  end
end

local function cpu_of(self, t)
  for number = 1, self.cpus do
    if self.cpu[number].task == t then return number end
  end
end

local function move(self, t, state)
  self.moves = self.moves + 1
  t.state, t.since, t.moved = state, self.now, self.moves
end

-- What it has used since it was last said goes into the policy's books.
local function tell(self, t)
  local ran = t.cpu_ns - t.told
  t.told = t.cpu_ns
  if self.order.stopping then self.order.stopping(self, t, ran) end
end

local function enqueue(self, t, why)
  if self.order.enqueue then self.order.enqueue(self, t, why) end
  table.insert(self.waiting, why == "preempted" and 1 or #self.waiting + 1, t)
end

local function take_cpu(self, number, why)
  local cpu = self.cpu[number]
  local t = cpu.task
  if not t then return nil end
  t.left = why == "preempted" and not cpu.forced and most(cpu.left, MS) or nil
  tell(self, t)
  if why ~= "yielded" then cpu.lost = t end
  cpu.task, cpu.forced = nil, nil
  move(self, t, "ready")
  return t
end

local function lose(self, number, why)
  local t = take_cpu(self, number, why)
  if t then enqueue(self, t, why) end
end

local function has_free_cpu(self)
  for number = 1, self.cpus do
    if not self.cpu[number].task then return true end
  end
end

-- Nobody waited, so slices ran over: they end now that somebody comes who must wait.
local function end_overrun(self)
  local over = {}
  for number = 1, self.cpus do
    local cpu = self.cpu[number]
    if cpu.task and cpu.left <= 0 then over[#over + 1] = take_cpu(self, number, "expired") end
  end
  for _, t in ipairs(over) do enqueue(self, t, "expired") end
end

-- The same, when there is a cpu for the newcomer: only the books are brought up to now.
local function tell_overrun(self)
  for number = 1, self.cpus do
    local cpu = self.cpu[number]
    if cpu.task and cpu.left <= 0 then tell(self, cpu.task) end
  end
end

local function arrive(self, t, why)
  if #self.waiting == 0 and not self.paused then
    if has_free_cpu(self) then tell_overrun(self) else end_overrun(self) end
  end
  enqueue(self, t, why)
  if not index_of(self.arrived, t) then table.insert(self.arrived, t) end
end

local function leave_queue(self, t)
  local i = index_of(self.waiting, t)
  if i then table.remove(self.waiting, i) end
  return i ~= nil
end

local function give_up(self, t, state)
  local number = cpu_of(self, t)
  if number then
    tell(self, t)
    t.left = nil
    self.cpu[number].task, self.cpu[number].forced = nil, nil
  else
    leave_queue(self, t)
  end
  move(self, t, state)
end

local function give(self, number, t)
  local cpu = self.cpu[number]
  cpu.task, cpu.left = t, t.left or self.quantum
  t.left = nil
  t.slices = t.slices + 1
  self.dispatches = self.dispatches + 1
  move(self, t, "running")
end

local function fill(self)
  for number = 1, self.cpus do
    if not self.cpu[number].task and #self.waiting > 0 then
      give(self, number, table.remove(self.waiting, self.order.next(self)))
    end
  end
end

local function expire(self)
  local contended = #self.waiting > 0
  for number = 1, self.cpus do
    local cpu = self.cpu[number]
    local over = cpu.task and cpu.left <= 0
    if over and (contended or cpu.forced) then lose(self, number, "expired") end
  end
end

-- An empty cpu, or that of the task which has run longest; none that is in a forced turn.
local function to_be_taken(self)
  local best
  for number = 1, self.cpus do
    local cpu = self.cpu[number]
    if not cpu.task then return number end
    if not cpu.forced and (not best or cpu.task.since < self.cpu[best].task.since) then
      best = number
    end
  end
  return best
end

-- When each of those who wait, and have run before, has waited for too long.
local function bounds(self)
  local list = {}
  for _, t in ipairs(self.max_hold and self.waiting or {}) do
    if t.slices > 0 then list[#list + 1] = { task = t, at = t.since + self.max_hold } end
  end
  table.sort(list, function(a, b)
    if a.at ~= b.at then return a.at < b.at end
    return a.task.moved < b.task.moved
  end)
  return list
end

local function force(self)
  for _, bound in ipairs(bounds(self)) do
    local number = bound.at <= self.now and to_be_taken(self)
    if number then
      lose(self, number, "preempted")
      leave_queue(self, bound.task)
      give(self, number, bound.task)
      self.cpu[number].left, self.cpu[number].forced = MS, true
      self.forced = self.forced + 1
    end
  end
end

local function ask_preempt(self)
  for _, t in ipairs(self.arrived) do
    local victim = index_of(self.waiting, t) and self.order.preempt and self.order.preempt(self, t)
    if victim and not self.cpu[victim].forced then
      lose(self, victim, "preempted")
      fill(self)
    end
  end
  self.arrived = {}
end

local function count_preemptions(self)
  for _, cpu in ipairs(self.cpu) do
    if cpu.lost and cpu.task and cpu.lost.state == "ready" then
      self.preemptions = self.preemptions + 1
    end
    cpu.lost = nil
  end
end

function Model:decide()
  if not self.paused then
    expire(self)
    force(self)
    fill(self)
    ask_preempt(self)
  end
  count_preemptions(self)
end

-- Time.

local function tick_away(self, time)
  self.now = self.now + time
  for number = 1, self.cpus do
    local cpu = self.cpu[number]
    if cpu.task and not self.paused then
      cpu.left = cpu.left - time
      cpu.task.cpu_ns = cpu.task.cpu_ns + time
    end
  end
  for _, t in ipairs(self.alive) do
    local account = t.state
    if self.paused and account ~= "blocked" then account = "paused" end
    t[account] = t[account] + time
  end
end

local function until_next(self, most_time)
  local time = most_time
  if self.paused then return time end
  for number = 1, self.cpus do
    local cpu = self.cpu[number]
    local ends = cpu.task and (cpu.forced or #self.waiting > 0)
    if ends and cpu.left < time then time = most(cpu.left, 0) end
  end
  for _, bound in ipairs(bounds(self)) do
    local left = bound.at - self.now
    if left > 0 and left < time then time = left end
  end
  return time
end

-- Lets `time` pass, with every decision that is due in it.
function Model:run(time)
  self:decide()
  while time > 0 do
    local step = until_next(self, time)
    tick_away(self, step)
    time = time - step
    self:decide()
  end
end

-- Operations: true, or false where they are to be refused.

function Model:add(priority, weight)
  self.last_id = self.last_id + 1
  local t = {
    id = self.last_id, priority = priority, weight = weight, cpu_ns = 0, told = 0, slices = 0,
    running = 0, ready = 0, blocked = 0, paused = 0, vruntime = 0, rest = 0,
  }
  table.insert(self.alive, t)
  move(self, t, "ready")
  arrive(self, t, "new")
  return t
end

function Model:finish(t)
  give_up(self, t, "ended")
  table.remove(self.alive, index_of(self.alive, t))
  return true
end

function Model:yield(t)
  if t.state ~= "running" then return false end
  lose(self, cpu_of(self, t), "yielded")
  return true
end

function Model:block(t)
  if t.state ~= "running" then return false end
  give_up(self, t, "blocked")
  return true
end

function Model:wake(t)
  if t.state ~= "blocked" then return false end
  move(self, t, "ready")
  arrive(self, t, "woken")
  return true
end

function Model:pause(t)
  if t.state == "paused" then return false end
  give_up(self, t, "paused")
  return true
end

function Model:resume(t)
  if t.state ~= "paused" then return false end
  move(self, t, "ready")
  arrive(self, t, "resumed")
  return true
end

-- What it used so far counts as the old weight says; its place in the queue is made anew.
local function change(self, t, priority, weight)
  local held, old = leave_queue(self, t), t.weight
  if t.state == "running" then tell(self, t) end
  t.priority, t.weight = priority, weight
  if self.order.reweigh then self.order.reweigh(self, t, old) end
  if held then arrive(self, t, "changed") end
  return true
end

function Model:set_weight(t, weight)
  return change(self, t, t.priority, weight)
end

function Model:set_priority(t, priority, weight)
  return change(self, t, priority, weight)
end

function Model:trigger()
  for number = 1, self.cpus do lose(self, number, "expired") end
  return true
end

function Model:set_quantum(quantum)
  self.quantum = quantum
  return true
end

function Model:set_cpus(cpus)
  local before = self.cpus
  for number = cpus + 1, before do lose(self, number, "preempted") end
  self.cpus = cpus
  for number = before + 1, cpus do self.cpu[number] = self.cpu[number] or {} end
  return true
end

-- The new policy begins without a past, gets who waits in the order in which they have
-- waited, and lets no slice run longer than a quantum from now.
function Model:set_policy(policy)
  self.order, self.policy = orders[policy], policy
  local handed = self.waiting
  table.sort(handed, function(a, b)
    if a.since ~= b.since then return a.since < b.since end
    return a.id < b.id
  end)
  self.waiting = {}
  for _, t in ipairs(self.alive) do t.vruntime, t.told = 0, t.cpu_ns end
  if self.order.open then self.order.open(self) end
  for number = 1, self.cpus do
    local cpu = self.cpu[number]
    if cpu.task then cpu.left = math.min(cpu.left, self.quantum) end
  end
  for _, t in ipairs(handed) do
    t.left = nil
    enqueue(self, t, "changed")
  end
  return true
end

-- Waits are counted from the last time that the scheduler was paused or resumed.
local function since_now(self)
  for _, t in ipairs(self.alive) do t.since = self.now end
end

function Model:pause_all()
  if self.paused then return false end
  self.paused = true
  since_now(self)
  return true
end

function Model:resume_all()
  if not self.paused then return false end
  self.paused = false
  since_now(self)
  return true
end

return { new = new }
