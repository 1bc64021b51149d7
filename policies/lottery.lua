-- lottery.lua - each turn is drawn by lot; a task's weight is the number of its tickets.
--
-- C. Waldspurger and W. Weihl, Lottery Scheduling: Flexible Proportional-Share Resource
-- Management, OSDI 1994. Shares are right in the mean only: after n draws the error of a task
-- with the part p of the tickets is about sqrt(n * p * (1 - p)) turns. Whoever has little luck
-- waits long, hence `starves`.
--
-- The tree of partial sums of the paper, laid out as a heap is: place i has the places 2i and
-- 2i + 1 below it, and sum[i] counts the tickets of i and of all below. Every hook is O(log n).
local neap = require "neap"

local lottery = neap.policy {
  name = "lottery",
  summary = "turns are drawn by lot, weights are tickets: shares by weight in the mean",
  ideal = "weight",
  starves = true,
}

function lottery:init()
  self._held = {}    -- the tasks by place, from 1
  self._tickets = {} -- of the task at each place
  self._sum = {}
  self._place = {}   -- by id
end

local function add(sum, place, tickets)
  while place > 0 do
    sum[place] = sum[place] + tickets
    place = place // 2
  end
end

local function put(self, place, task, tickets)
  self._held[place], self._place[task.id] = task, place
  self._tickets[place] = tickets
  add(self._sum, place, tickets)
end

-- The last one takes the place that becomes free.
local function take(self, place)
  local held, last = self._held, #self._held
  local task, mover = held[place], held[last]
  local tickets = self._tickets[last]
  add(self._sum, last, -tickets)
  held[last], self._tickets[last], self._sum[last] = nil, nil, nil
  self._place[task.id] = nil
  if place ~= last then
    add(self._sum, place, -self._tickets[place])
    put(self, place, mover, tickets)
  end
  return task
end

-- The place that holds ticket number `ticket`.
local function holder(self, ticket)
  local tickets, sum, place = self._tickets, self._sum, 1
  while ticket > tickets[place] do
    ticket = ticket - tickets[place]
    place = 2 * place
    if ticket > sum[place] then
      ticket = ticket - sum[place]
      place = place + 1
    end
  end
  return place
end

-- A draw among those alone that may use `cpu`: for tasks that are bound to some.
local function draw_fitting(self, cpu)
  local total = 0
  for place, task in ipairs(self._held) do
    if task:may_use(cpu) then total = total + self._tickets[place] end
  end
  if total == 0 then return nil end
  local ticket = self:random(total)
  for place, task in ipairs(self._held) do
    if task:may_use(cpu) then
      ticket = ticket - self._tickets[place]
      if ticket <= 0 then return place end
    end
  end
end

function lottery:enqueue(task)
  local place = #self._held + 1
  self._sum[place] = 0
  put(self, place, task, task.weight)
end

function lottery:dequeue(task)
  take(self, self._place[task.id])
end

function lottery:pick(cpu)
  local total = self._sum[1]
  if not total then return nil end
  local place = holder(self, self:random(total))
  if not self._held[place]:may_use(cpu) then place = draw_fitting(self, cpu) end
  return place and take(self, place)
end

return lottery
