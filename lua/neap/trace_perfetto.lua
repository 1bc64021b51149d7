-- trace_perfetto.lua - a recorded run in Chrome's trace event format, for ui.perfetto.dev.
--
-- Three processes: "cpus" with a track per cpu, on which a turn is a slice with its task's name;
-- "tasks" with a track per task, on which a state is a slice; "neap" with the counters and the
-- reports. Flows lead from a decision, the beginning of a turn, to the signal that carried it out
-- and to the first CPU time that was measured; or to the signal that held the task before.
--
-- It is written as it is told. A slice comes when it is over, and what is bound to it right behind
-- it: so the times on each track only grow, and none is kept longer than its slice lasts.
local json = require "neap.json"
local owed = require "neap.owed"
local words = require "neap.trace_words"

local CPUS, TASKS, NEAP = 1, 2, 3 -- processes; threads have numbers of their own:
local FIRST_CPU, REPORTS, FIRST_TASK = 10, 9, 10000

local writer = {}
writer.__index = writer

-- ns as us with three decimals.
local function us(ns)
  return ("%d.%03d"):format(ns // 1000, ns % 1000)
end

-- One event: `rest` are members, as text.
function writer:put(phase, process, thread, at, rest)
  self.write(('%s{"ph":"%s","pid":%d,"tid":%d,"ts":%s,%s}'):format(
    self.any and ",\n" or "", phase, process, thread, us(at), rest))
  self.any = true
end

function writer:metadata(what, process, thread, name, order)
  self:put("M", process, thread, 0, ('"name":"%s_name","args":{"name":%s}'):format(
    what, json.encode(name)))
  self:put("M", process, thread, 0, ('"name":"%s_sort_index","args":{"sort_index":%d}'):format(
    what, order))
end

function writer:slice(process, thread, from, to, name, args)
  self:put("X", process, thread, from, ('"dur":%s,"name":%s,"args":{%s}'):format(
    us(to - from), json.encode(name), args or ""))
end

-- One point of a flow: "s" its beginning, "t" a step, "f" its end. A slice does not hold its own
-- end, where another begins: what fell on it is drawn 1 ns before.
function writer:flow(phase, id, process, thread, at, slice_to)
  at = math.min(at, slice_to - 1)
  self:put(phase, process, thread, at, ('"cat":"effect","name":"effect","id":%d%s'):format(
    id, phase == "f" and ',"bp":"e"' or ""))
end

function writer:next_flow()
  self.flows = self.flows + 1
  return self.flows
end

function writer:counter(at, name, key, value)
  self:put("C", NEAP, 0, at, ('"name":%s,"args":{"%s":%s}'):format(json.encode(name), key, value))
end

-- Tracks get their names when they are first written to.
function writer:cpu_track(cpu)
  local thread = FIRST_CPU + cpu
  if not self.named[thread] then
    self.named[thread] = true
    self:metadata("thread", CPUS, thread, ("cpu %d"):format(cpu), cpu)
  end
  return thread
end

local function label(task)
  return ("%s [%d]"):format(task.name, task.id)
end

function writer:task_track(task)
  local thread = FIRST_TASK + task.id
  if not task.named then
    task.named = true
    self:metadata("thread", TASKS, thread, label(task), task.id)
  end
  return thread
end

-- What the story tells.

function writer:lag(task, at)
  if not self.owed then return end
  local lag = self.owed:service(task.id, at) - task.handle.cpu_ns
  self:counter(at, "lag " .. label(task), "ms", ("%.3f"):format(lag / 1e6))
end

-- Flows begin here: to the tasks that were held for this turn, and to its own signal, which lies in
-- the slice of its task's state that comes next.
function writer:turn(turn)
  local task, thread = turn.task, self:cpu_track(turn.cpu)
  self:slice(CPUS, thread, turn.from, turn.to, task.name,
    ('"task":%d,"wait_us":%s,"used_us":%s,"why":"%s"'):format(
      task.id, us(turn.wait), us(turn.used), turn.why))
  for _, id in ipairs(turn.holds or {}) do
    self:flow("s", id, CPUS, thread, turn.from, turn.to)
  end
  self:lag(task, turn.to)
  if not turn.sent or turn.sent >= turn.to or turn.why == "moved" or self.filter.cpu then return end
  task.effect = { id = self:next_flow(), sent = turn.sent, first = turn.first }
  self:flow("s", task.effect.id, CPUS, thread, turn.from, turn.to)
end

function writer:state(task, from, to)
  local thread, hold, effect = self:task_track(task), task.hold, task.effect
  task.hold, task.effect = nil, nil
  self:slice(TASKS, thread, from, to, task.state)
  if hold then self:flow("f", hold.id, TASKS, thread, hold.at, to) end
  if not effect then return end
  self:flow(effect.first and "t" or "f", effect.id, TASKS, thread, effect.sent, to)
  if effect.first then self:flow("f", effect.id, TASKS, thread, effect.first, to) end
end

-- Only where both ends of the flow will be shown.
function writer:held(task, at, turn)
  local filter = self.filter
  if task.hold or filter.cpu or turn.from < filter.from or not filter:wants_task(task)
    or not filter:wants_task(turn.task) then
    return
  end
  task.hold = { id = self:next_flow(), at = at }
  turn.holds = turn.holds or {}
  table.insert(turn.holds, task.hold.id)
end

function writer:instant(at, name)
  self:put("i", NEAP, REPORTS, at, ('"s":"t","name":%s'):format(json.encode(name)))
end

function writer:begin(max_alive)
  local rt = self.story.rt
  self.owed = owed.new(rt.ideal, rt.cpus, max_alive > 0 and max_alive or nil, 0)
end

function writer:add(task, at)
  if not self.owed then return end
  if task.is_attached then self.owed:join(task.handle, at) else self.owed:arrive(task.handle) end
end

function writer:left(task, at)
  if self.owed then self.owed:leave(task.id, at) end
end

function writer:ready(at, count)
  if self.owed then self.owed:admit(at) end
  if at >= self.filter.from then self:counter(at, "ready", "tasks", ("%d"):format(count)) end
end

-- A listener for a story, which writes to `write`; `filter` is one of trace_filter.lua.
return function(write, filter)
  local self = setmetatable({ write = write, filter = filter, named = {}, flows = 0 }, writer)
  write('{"displayTimeUnit":"ms","traceEvents":[\n')
  for process, name in ipairs { "cpus", "tasks", "neap" } do
    self:metadata("process", process, 0, name, process)
  end
  self:metadata("thread", NEAP, REPORTS, "reports", 0)
  return {
    open = function(story) self.story = story end,
    begin = function(max_alive) self:begin(max_alive) end,
    add = function(task, at) self:add(task, at) end,
    left = function(task, at) self:left(task, at) end,
    ready = function(at, count) self:ready(at, count) end,
    held = function(task, at, turn) self:held(task, at, turn) end,
    turn = function(turn)
      if filter:wants(turn.task, turn.from, turn.to, turn.cpu) then self:turn(turn) end
    end,
    state = function(task, from, to)
      if (to > from or task.hold) and filter:wants(task, from, to) then
        self:state(task, from, to)
      end
    end,
    report = function(at, report)
      if filter:wants(nil, at, at) then self:instant(at, words.report(report)) end
    end,
    change = function(at, what, task)
      if filter:wants(task, at, at) then self:instant(at, what) end
    end,
    finish = function() write("\n]}\n") end,
  }
end
