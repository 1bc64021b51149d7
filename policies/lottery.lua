-- lottery.lua - each turn is drawn by lot; a task's weight is its number of tickets.
--
-- C. Waldspurger and W. Weihl, Lottery Scheduling: Flexible Proportional-Share Resource
-- Management, OSDI 1994. Shares are right in the mean only: after n draws the error of
-- a task with the part p of the tickets is about sqrt(n * p * (1 - p)) turns.
--
-- The draws are those of the paper, made otherwise: as if each task that waits had a
-- clock that rings at random, at the rate of its weight. The first to ring has the
-- turn, which is it by weight; and as such clocks have no memory, the others' times are
-- as good as drawn anew. So a draw is a heap's least, and nobody's tickets are counted.
--
-- Promise: no test tells the draws from fair ones; the same seed gives the same
-- schedule. Weakness: whoever has little luck waits long, hence `starves`: use `fair`
-- unless that is what you want. Cost: O(log n), two Lua calls a turn.
local neap = require "neap"

local SCALE = 1 << 28 -- the mean time until a clock of weight 1 rings

local lottery = neap.policy {
  name = "lottery",
  summary = "turns are drawn by lot, weights are tickets: shares by weight in the mean",
  ideal = "weight",
  starves = true,
}

function lottery:init()
  self._now = 0 -- when the latest rang
  self._rings = {}
end

function lottery:init_task(task)
  self._rings[task.id] = self._now
end

function lottery:exit_task(task)
  self._rings[task.id] = nil
end

function lottery:key(task)
  local wait = -math.log(1 - self:random()) * SCALE // task.weight | 0
  self._rings[task.id] = self._now + wait
  return self._rings[task.id]
end

function lottery:running(task)
  self._now = math.max(self._now, self._rings[task.id])
end

return lottery
