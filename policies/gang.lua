-- gang.lua - the members of a group run together or not at all.
--
-- J. Ousterhout, Scheduling Techniques for Concurrent Systems, 1982; D. Feitelson and
-- L. Rudolph, Gang Scheduling Performance Benefits for Fine-Grain Synchronization,
-- 1992. Tasks with the same `group` are a gang; a task without one is a gang of its
-- own. Time is cut into slots of one quantum. Each slot goes to the gang that has
-- waited longest, and to as many others, longest wait first, as fit on the cpus that
-- are left. A member that sleeps needs no cpu; when it wakes in its gang's slot it has
-- one, else it waits for the next.
--
-- Promise: whenever one member of a gang runs, all that are ready do, for at least 99 %
-- of the time. Weakness: cpus stand empty when no gang fits on them; a gang with more
-- ready members than there are cpus never runs together: it gets all cpus in its slots.
-- Weights mean nothing. Cost: O(cpus) a slot.
local neap = require "neap"

local gang = neap.policy {
  name = "gang",
  summary = "a group runs together or not at all: for programs that wait in loops",
  idles = true,
}

local SLOT = 1    -- the timer: the slot is over
local AT_MOST = 32 -- so many gangs are tried for one slot, a hook must not take long

function gang:init()
  self._by = {}   -- gangs by group
  self._of = {}   -- by task
  self._on = {}   -- is it on a cpu? by task
  self._slot = {} -- the gangs that have this slot
  self._ring = {} -- those that compete, longest wait first: by `after` and `before`
  self._ring.after, self._ring.before = self._ring, self._ring
end

local function join(self, task)
  local key = task.group > 0 and task.group or -task.id
  local g = self._by[key]
    or { key = key, members = 0, running = 0, waiting = neap.fifo(), has_slot = false }
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

local function compete(self, g)
  if g.after then return end
  local ring = self._ring
  g.before, g.after = ring.before, ring
  ring.before.after, ring.before = g, g
end

local function withdraw(g)
  if not g.after then return end
  g.before.after, g.after.before = g.after, g.before
  g.before, g.after = nil, nil
end

local function leave(self, task)
  local g = self._of[task.id]
  go_off(self, task)
  g.members = g.members - 1
  if g.members == 0 then
    withdraw(g)
    self._by[g.key] = nil
  end
  self._of[task.id] = nil
end

gang.init_task, gang.exit_task = join, leave

local function need(self, g)
  return math.min(#g.waiting + g.running, self.cpus)
end

local function give_slot(self, g)
  g.has_slot = true
  table.insert(self._slot, g)
end

-- Gives slots to those that fit on `free` cpus. If somebody is left over the slot has
-- an end.
local function deal(self, free)
  local g, left_over = self._ring.after, false
  for _ = 1, AT_MOST do
    if g == self._ring or left_over and free == 0 then break end
    local cpus = g.has_slot and 0 or need(self, g)
    if cpus > free then
      left_over = true
    elseif cpus > 0 then
      give_slot(self, g)
      free = free - cpus
    end
    g = g.after
  end
  if (left_over or g ~= self._ring) and not self._has_end then
    self._has_end = true
    self:timer(SLOT, self.now + self.quantum)
  end
end

local function free_cpus(self)
  local free = self.cpus
  for _, g in ipairs(self._slot) do free = free - need(self, g) end
  return free
end

local function clear_slot(self)
  for i, g in ipairs(self._slot) do g.has_slot, self._slot[i] = false, nil end
end

-- Who runs without being in the slot loses its cpu.
local function evict(self)
  for cpu = 0, self.cpus - 1 do
    local task = self:on_cpu(cpu)
    if task and not self._of[task.id].has_slot then self:resched(cpu) end
  end
end

-- The slot is over: those that had it go behind all others, if they still compete.
function gang:timer()
  self._has_end = false
  for _, g in ipairs(self._slot) do
    withdraw(g)
    if need(self, g) > 0 then compete(self, g) end
  end
  clear_slot(self)
  deal(self, self.cpus)
  evict(self)
end

function gang:enqueue(task, why)
  local g = self._of[task.id]
  compete(self, g)
  if why == "preempted" then g.waiting:push_front(task) else g.waiting:push(task) end
end

local function rest(self, g)
  if need(self, g) == 0 then withdraw(g) end
end

function gang:dequeue(task)
  local g = self._of[task.id]
  g.waiting:remove(task)
  rest(self, g)
end

local function pick_of_slot(self, cpu)
  for _, g in ipairs(self._slot) do
    local task = g.waiting:pop(cpu)
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

function gang:stopping(task, _, why)
  go_off(self, task)
  if why == "blocked" or why == "paused" then rest(self, self._of[task.id]) end
end

-- No cpu is free. If its gang has the slot, others that came in meanwhile make room for
-- it.
function gang:preempt(task)
  local g = self._of[task.id]
  if not g.has_slot then return deal(self, free_cpus(self)) end
  clear_slot(self)
  give_slot(self, g)
  deal(self, self.cpus - need(self, g))
  evict(self)
end

function gang:update(task, what)
  if what ~= "group" then return end
  leave(self, task)
  join(self, task)
end

return gang
