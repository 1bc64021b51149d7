-- trace_story.lua - a recorded run told as what happened: turns, states, waits, signals.
--
-- A replay with the recorded answers drives it, so no policy is needed. What is told goes to a
-- listener, a table of functions of which any may be missing; times are ns since the start:
--
--   open(story)                 before all others
--   begin(max_alive)            it begins; 0: there is no bound
--   add(task, at)               a task was made
--   turn(turn)                  a turn on a cpu is over
--   state(task, from, to, then) it was in task.state, and is `then` now
--   held(task, at, turn)        it was held, in favour of `turn`, which has just begun
--   wake(task, at, slept)       it woke up
--   left(task, at, how, code, beside)  all of it is gone; it used so much CPU time beside its turns
--                               since the last, awake and not yet noticed
--   report(at, report)          a failure of the policy, a line of its log, ...
--   change(at, words, task)     of the runtime (another policy, fewer cpus, ...), or of a task
--   ready(at, count)            so many tasks wait for a cpu now
--   event(at, kind, id, text, ...)  as it was recorded
--
-- A turn is { task =, cpu =, from =, to =, wait =, why =, used =, sent =, first = }: how long it
-- was ready before; why it stopped; its CPU time, which grows until `settled` is true, for the
-- last reading comes after the turn; when its signal was sent, or its program started; when it
-- was first seen to have used CPU time since. The last two are nil where nothing tells.
local neap = require "neap"
local words = require "neap.trace_words"

local story = {}
story.__index = story

local OVER = { blocked = "slept", paused = "paused", ended = "ended", ready = "expired" }
local ATTACHED = 2 -- the first number of "add"
local ON_CPU = { running = true, starting = true }

local function nothing() end

-- Turns.

local function settle_turn(task)
  if task.last then task.last.settled = true end
  task.last = nil
end

function story:begin_turn(task, cpu, at)
  settle_turn(task)
  task.turn = {
    task = task, cpu = cpu, from = at,
    wait = ON_CPU[task.state] and 0 or at - task.since,
  }
  self.on_cpu[cpu] = task.turn
end

function story:end_turn(task, at, why)
  local turn = task.turn
  if not turn then return end
  turn.to, turn.why = at, why
  turn.used = task.handle.cpu_ns - task.booked
  task.booked = task.handle.cpu_ns
  task.turn, task.last = nil, turn
  self.tell.turn(turn)
end

-- States.

function story:count_ready(state, by)
  if state ~= "ready" then return end
  self.ready = self.ready + by
  self.ready_changed = true
end

function story:move(task, state, at)
  if state == "new" then state = "ready" end -- beyond max_alive: its account says so, too
  if state == task.state then return end
  if not ON_CPU[state] then self:end_turn(task, at, self.why[task.id] or OVER[state]) end
  self:count_ready(task.state, -1)
  self:count_ready(state, 1)
  local before, since = task.state, task.since
  self.tell.state(task, since, at, state)
  task.state, task.since = state, at
  if before == "blocked" and state == "ready" then self.tell.wake(task, at, at - since) end
end

-- What the event before this one has made of the tasks that it touched.
function story:settle()
  local at = self.at
  for id in pairs(self.touched) do
    local task = self.tasks[id]
    if task then self:move(task, task.handle.state, at) end
    self.touched[id] = nil
  end
  local new = self.new
  if new then self:join(new, at) end
  if self.ready_changed then self.tell.ready(at, self.ready) end
  self.ready_changed = false
  if self.asked then self:keep_figures() end
end

-- The runtime was asked for its figures: `neap run` does so last when all has ended.
function story:keep_figures()
  self.asked = false
  local stats = self.rt:stats()
  stats.wall_ns = self.at -- the runtime's clock is at the next event
  self.figures = stats.active == 0 and stats or nil
end

function story:join(new, at)
  self.new = nil
  local handle = self.rt:find(new.id)
  if not handle then return end -- the policy refused it
  new.handle, new.name, new.state, new.since = handle, handle.name, "ready", at
  new.booked = 0 -- CPU time that turns have been told to have used
  self.tasks[new.id] = new
  self.figures = nil -- of a time before it
  self:count_ready("ready", 1)
  self.tell.add(new, at)
end

-- Events, by kind.

local on = {}

function on.head(self, _, _, _, _, _, max_alive)
  self.tell.begin(max_alive)
end

function on.add(self, _, id, _, kind)
  self.new = { id = id, is_attached = kind == ATTACHED }
end

local function touch(self, _, id)
  self.touched[id] = true
end

for _, kind in ipairs { "block", "wake", "pause task", "resume task", "started", "ended" } do
  on[kind] = touch
end

function on.yield(self, now, id)
  self.why[id] = "yielded"
  touch(self, now, id)
end

on["started"] = function(self, now, id)
  touch(self, now, id)
  local turn = self.tasks[id] and self.tasks[id].turn
  if turn then turn.sent = now end
end

function on.released(self, now, id)
  local turn = self.tasks[id] and self.tasks[id].turn
  if turn and not turn.sent then turn.sent = now end
end

function on.held(self, now, id)
  local task = self.tasks[id]
  local before = task and task.last
  local turn = before and self.on_cpu[before.cpu]
  if turn and turn.from == before.to then self.tell.held(task, now, turn) end
end

-- What is read before the signals of a turn were sent belongs to the turn before it.
function on.measured(self, now, id, _, ns)
  local task = self.tasks[id]
  local turn, last = task and task.turn, task and task.last
  if turn and (turn.sent or not last) then
    if turn.sent and ns > 0 then turn.first = turn.first or now end
  elseif last then
    last.used = last.used + ns
    task.booked = task.booked + ns
    if not turn then settle_turn(task) end
  end
end

function on.decide(self)
  for id in pairs(self.why) do self.why[id] = nil end
end

function on.stats(self)
  self.asked = true
end

on["name"] = function(self, _, id, text)
  if self.tasks[id] then self.tasks[id].name = text end
end

-- Which cpu a newcomer is to have: whoever has it is preempted.
function on.preempt(self, _, _, _, cpu)
  local turn = self.on_cpu[cpu]
  if turn and turn.task.turn == turn then self.why[turn.task.id] = "preempted" end
end

for kind, say in pairs(words.changes) do
  on[kind] = function(self, at, _, text, n) self.tell.change(at, say(n, text)) end
end

for _, kind in ipairs { "priority", "weight" } do
  on[kind] = function(self, at, id, _, n)
    local task = self.tasks[id]
    if task then self.tell.change(at, ("%s [%d]: %s %d"):format(task.name, id, kind, n), task) end
  end
end

local IS_ANSWER = {}
for _, kind in ipairs { "init", "refuse", "pick", "slice", "over", "preempt", "fail", "timer",
  "no timer", "resched", "count", "log", "slow" } do
  IS_ANSWER[kind] = true
end

function story:event(kind, now, id, text, ...)
  if not IS_ANSWER[kind] then self:settle() end
  self.at = now - self.start
  self.tell.event(self.at, kind, id, text, ...)
  local act = on[kind]
  if act then act(self, self.at, id, text, ...) end
end

-- What the replay tells.

function story:switch(cpu, from, to)
  local at = self.at
  local before = from and self.tasks[from.id]
  if before then
    local state = from.state
    if ON_CPU[state] then
      if before.turn and before.turn.cpu == cpu then self:end_turn(before, at, "moved") end
    else
      self:move(before, state, at)
    end
  end
  local task = to and self.tasks[to.id]
  if not task then return end
  if task.turn then self:end_turn(task, at, "moved") end
  self:begin_turn(task, cpu, at)
  self:move(task, to.state, at)
end

function story:exit(handle, how, code)
  local task = self.tasks[handle.id]
  if not task then return end
  self:move(task, "ended", self.at)
  settle_turn(task)
  self.tell.left(task, self.at, how, code, handle.cpu_ns - task.booked)
  self.tasks[handle.id] = nil
end

-- Tells all until `limit` ns after the start (nil: to the end). Returns true, or nil and a message:
-- the record is damaged from there on.
function story:run(limit)
  self.tell.open(self)
  local ok, message = self.rt:run(limit)
  self:settle()
  local at = limit and math.max(limit, self.at) or self.at
  for _, task in pairs(self.tasks) do
    self:end_turn(task, at, task.state == "starting" and "starts" or "runs on")
    self.tell.state(task, task.since, at, nil)
    settle_turn(task)
  end
  local state = self.rt:replay()
  if ok and state.difference then
    ok, message = nil, "the record contradicts itself: " .. state.difference
  end
  return ok, message
end

-- Opens a record for a listener; `wants`: "metrics" of self.rt in the end, or nil. Returns the
-- story, or nil, a message and an errno.
function story.open(path, listener, wants)
  local self = setmetatable({
    tell = setmetatable(listener, { __index = function() return nothing end }),
    start = 0,
    at = 0, -- of the event before
    tasks = {}, -- by id
    on_cpu = {}, -- cpu -> the latest turn on it
    touched = {}, -- ids
    why = {}, -- id -> why it is about to stop
    ready = 0,
  }, story)
  local rt, message, errno = neap.replay(path, {
    mode = "take", metrics = wants == "metrics", events = function(...) self:event(...) end,
  })
  if not rt then return nil, message, errno end
  self.rt, self.start = rt, rt:replay().start
  rt:on("switch", function(...) self:switch(...) end)
  rt:on("exit", function(...) self:exit(...) end)
  rt:on("error", function(report) self.tell.report(self.at, report) end)
  return self
end

function story:close()
  self.rt:close()
end

return story
