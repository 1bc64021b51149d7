-- gang.lua - the members of a group run together or not at all.
--
-- J. Ousterhout, Scheduling Techniques for Concurrent Systems, 1982; D. Feitelson and L. Rudolph,
-- Gang Scheduling Performance Benefits for Fine-Grain Synchronization, 1992. Tasks with the same
-- `group` are a gang; a task without one is a gang of its own. Time is cut into slots of one
-- quantum. Each slot goes to the gang that has waited longest, and to as many others, longest
-- wait first, as fit on the cpus that are left. A member that sleeps needs no cpu; when it wakes
-- in its gang's slot it has one, else it waits for the next.
--
-- Promise: whenever one member of a gang runs, all that are ready do, for at least 99 % of the
-- time. Weakness: cpus stand empty when no gang fits on them; a gang with more ready members than
-- there are cpus never runs together: it gets all cpus in its slots. Weights mean nothing. Cost:
-- O(gangs) a slot.
local neap = require "neap"

local gang = neap.policy {
  name = "gang",
  summary = "tasks of a group run together or not at all: for parallel programs that wait in loops",
  idles = true,
}

local SLOT = 1 -- the timer: the slot is over

function gang:init()
  self._gangs = {} -- those that compete, longest wait first
  self._by = {}    -- by group
  self._of = {}    -- by task
  self._on = {}    -- is it on a cpu? by task
end

local function join(self, task)
  local key = task.group > 0 and task.group or -task.id
  local g = self._by[key] or { key = key, members = 0, running = 0, waiting = neap.fifo(),
    has_slot = false, competes = false }
  self._by[key], self._of[task.id] = g, g
  g.members = g.members + 1
end

local function go_on(self, task)
  local g = self._of[task.id]
  g.running = g.running + (self._on[task.id] and 0 or 1)
  self._on[task.id] = true
end

local function go_off(self, task)
  local g = self._of[task.id]
  g.running = g.running - (self._on[task.id] and 1 or 0)
  self._on[task.id] = nil
end

local function forget(self, g)
  for i, other in ipairs(self._gangs) do
    if other == g then table.remove(self._gangs, i) end
  end
  self._by[g.key] = nil
end

local function leave(self, task)
  local g = self._of[task.id]
  go_off(self, task)
  g.members = g.members - 1
  if g.members == 0 then forget(self, g) end
  self._of[task.id] = nil
end

gang.init_task, gang.exit_task = join, leave

local function need(self, g)
  return math.min(#g.waiting + g.running, self.cpus)
end

-- Gives slots to those that fit on `free` cpus. If somebody is left over the slot has an end.
local function deal(self, free)
  local left_over = false
  for _, g in ipairs(self._gangs) do
    local cpus = need(self, g)
    if not g.has_slot and cpus > 0 then
      g.has_slot = cpus <= free
      free = g.has_slot and free - cpus or free
      left_over = left_over or not g.has_slot
    end
  end
  if left_over and not self._has_end then
    self._has_end = true
    self:timer(SLOT, self.now + self.quantum)
  end
end

local function free_cpus(self)
  local free = self.cpus
  for _, g in ipairs(self._gangs) do free = free - (g.has_slot and need(self, g) or 0) end
  return free
end

-- Who runs without being in the slot loses its cpu.
local function evict(self)
  for cpu = 0, self.cpus - 1 do
    local task = self:on_cpu(cpu)
    if task and not self._of[task.id].has_slot then self:resched(cpu) end
  end
end

-- Those that had the slot go behind those that waited; those that do not compete any more go.
local function rotate(self)
  local waited, had = {}, {}
  for _, g in ipairs(self._gangs) do
    g.competes = need(self, g) > 0
    local list = g.has_slot and had or waited
    if g.competes then list[#list + 1] = g end
    g.has_slot = false
  end
  self._gangs = table.move(had, 1, #had, #waited + 1, waited)
end

-- Its slot is over.
function gang:timer()
  self._has_end = false
  rotate(self)
  deal(self, self.cpus)
  evict(self)
end

local function compete(self, g)
  if g.competes then return end
  g.competes = true
  table.insert(self._gangs, g)
end

function gang:enqueue(task, why)
  local g = self._of[task.id]
  compete(self, g)
  if why == "preempted" then g.waiting:push_front(task) else g.waiting:push(task) end
end

function gang:dequeue(task)
  self._of[task.id].waiting:remove(task)
end

local function pick_of_slot(self, cpu)
  for _, g in ipairs(self._gangs) do
    local task = g.has_slot and g.waiting:pop(cpu)
    if task then
      go_on(self, task)
      return task
    end
  end
end

function gang:pick(cpu)
  local task = pick_of_slot(self, cpu)
  if task then return task end
  deal(self, free_cpus(self))
  return pick_of_slot(self, cpu)
end

-- The end of a slot takes the cpu, not that of a slice.
function gang:slice()
  return neap.forever
end

function gang:running(task)
  compete(self, self._of[task.id])
  go_on(self, task)
end

function gang:stopping(task)
  go_off(self, task)
end

-- No cpu is free. If its gang has the slot, others that came in meanwhile make room for it.
function gang:preempt(task)
  local g = self._of[task.id]
  if g.has_slot then
    for _, other in ipairs(self._gangs) do other.has_slot = other == g end
    deal(self, self.cpus - need(self, g))
    evict(self)
  else
    deal(self, free_cpus(self))
  end
end

function gang:update(task, what)
  if what ~= "group" then return end
  leave(self, task)
  join(self, task)
end

return gang
