-- interactive.lua - who gives up the cpu soon gets it at once; the rest is fair.
--
-- The feedback of BSD and ULE (J. Roberson, ULE: A Modern Scheduler for FreeBSD, 2003):
-- not a priority that somebody set but behaviour tells who answers to a person. A task
-- is interactive if it uses the cpu for no more than `short` between sleeps, on the
-- mean and this time; it runs before all others and takes their cpu when it wakes. Who
-- goes on for longer is one of the rest in that instant. CPU time counts for everybody
-- alike: who was served first has less claim later.
--
-- Promise: in 99 of 100 cases the interactive wait at most a fifth of what they wait
-- under `rr`, and the machine does as much work (+- 2 %). Weakness: tasks that sleep on
-- purpose every few milliseconds can starve the rest. Cost: `fair`, three Lua calls a
-- turn.
local neap = require "neap"

local interactive = neap.policy {
  name = "interactive",
  summary = "who often sleeps runs as it wakes, the rest is fair: desktops, servers",
  base = "fair",
  starves = true,
  short = 5 * neap.ms,
}

function interactive:init()
  if self.short < neap.ms then
    error(("short: %s is less than 1ms"):format(self.short), 0)
  end
  self._first = neap.fifo() -- the interactive that wait
  self._of = {}
end

function interactive:init_task(task)
  self._of[task.id] = { mean = 0, from = task.cpu_ns, was_first = true }
end

function interactive:exit_task(task)
  self._of[task.id] = nil
end

local function is_interactive(self, task)
  local own = self._of[task.id]
  return own.mean <= self.short and task.cpu_ns - own.from < self.short
end

-- Who comes to the rest from elsewhere comes as a sleeper does: level with them.
function interactive:enqueue(task, why)
  local own, is_first = self._of[task.id], is_interactive(self, task)
  local was_first = own.was_first
  own.was_first = is_first
  if not is_first then
    self.base:enqueue(task, was_first and "woken" or why)
  elseif why == "preempted" then
    self._first:push_front(task)
  else
    self._first:push(task)
  end
end

function interactive:dequeue(task, why)
  if not self._first:remove(task) then self.base:dequeue(task, why) end
end

function interactive:pick(cpu)
  return self._first:pop(cpu) or self.base:pick(cpu)
end

-- What is left of its short time; then it is one of the rest.
function interactive:slice(task)
  local turn = self.base:slice(task)
  if not is_interactive(self, task) then return turn end
  local left = self.short - (task.cpu_ns - self._of[task.id].from)
  return math.max(neap.ms, math.min(turn, left))
end

function interactive:preempt(task)
  if not is_interactive(self, task) then return nil end
  for cpu = 0, self.cpus - 1 do
    if task:may_use(cpu) and not is_interactive(self, self:on_cpu(cpu)) then
      return cpu
    end
  end
end

function interactive:stopping(task, ran, why)
  self.base:stopping(task, ran, why)
  if why ~= "blocked" then return end
  local own = self._of[task.id]
  own.mean = (own.mean + task.cpu_ns - own.from) // 2
  own.from = task.cpu_ns
end

return interactive
