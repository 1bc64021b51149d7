-- drr.lua - deficit round robin: in turn, for as long as the weight says.
--
-- M. Shreedhar and G. Varghese, Efficient Fair Queueing using Deficit Round Robin,
-- SIGCOMM 1995, the cheap form of weighted fair queueing (alias wfq). Each round gives
-- a task weight / 100 quanta, which it takes in one piece; while there are weights
-- beyond 800, so much less that no piece is longer than 8 quanta. What it used too much
-- is a debt, taken from the next rounds; who has not paid it is left out until it has.
-- What is left is given with the next round's if it is too short for a slice; when the
-- task sleeps it is lost.
--
-- Rounds are numbers here: the heap is ordered by the round in which a task may run
-- next, so nobody in debt is looked at in vain.
--
-- Promise: after its turn in any round a task has had its part of all rounds to within
-- one slice, so over time exactly its share. Weakness: a slice is as long as the weight
-- is large, and all others wait for it. Cost: O(log n), three Lua calls a turn.
local neap = require "neap"

local UNIT = 100  -- the weight that gets one quantum a round
local LONGEST = 8 -- quanta
local HALVINGS = 4 -- of what a round gives; the largest weight, 10000, needs so many
local SLICE = neap.ms * UNIT << HALVINGS -- the shortest, as a deficit

local drr = neap.policy {
  name = "drr",
  alias = "wfq",
  summary = "rounds of turns as long as weights say: exact shares, fewest switches",
  ideal = "weight",
}

function drr:init()
  self._of = {}
  self._round = 0 -- of the latest turn
  self._count = {} -- of the tasks that need so many halvings
  for halvings = 0, HALVINGS do self._count[halvings] = 0 end
end

local function count(self, own, weight, change)
  local halvings = 0
  while weight > LONGEST * UNIT << halvings do halvings = halvings + 1 end
  self._count[halvings] = self._count[halvings] + change
  own.weight = weight
end

-- Deficits are in ns * UNIT * 2^HALVINGS, so that nothing is rounded.
function drr:init_task(task)
  local own = { deficit = 0, round = self._round, paid = task.cpu_ns }
  self._of[task.id] = own
  count(self, own, task.weight, 1)
end

function drr:exit_task(task)
  local own = self._of[task.id]
  count(self, own, own.weight, -1)
  self._of[task.id] = nil
end

local function credit(self, task)
  local halvings = HALVINGS
  while halvings > 0 and self._count[halvings] == 0 do halvings = halvings - 1 end
  return self.quantum * task.weight << (HALVINGS - halvings)
end

local function settle(self, task)
  local own = self._of[task.id]
  own.deficit = own.deficit - ((task.cpu_ns - own.paid) * UNIT << HALVINGS)
  own.paid = task.cpu_ns
  return own
end

-- The round in which it may run: this one, if a slice is left of it, or the next in which its
-- deficit is more than nothing.
function drr:key(task)
  local own = settle(self, task)
  if own.deficit < SLICE then
    local gain = credit(self, task)
    local rounds = math.max(1, -own.deficit // gain + 1)
    own.deficit = own.deficit + rounds * gain
    own.round = math.max(own.round + rounds, self._round + 1)
  end
  return own.round
end

function drr:slice(task)
  return math.max(neap.ms, -(-self._of[task.id].deficit // (UNIT << HALVINGS)))
end

function drr:running(task)
  self._round = math.max(self._round, self._of[task.id].round)
end

function drr:stopping(task, _, why)
  local own = settle(self, task)
  if why == "blocked" or why == "yielded" then
    own.deficit = math.min(own.deficit, 0)
  end
end

function drr:update(task)
  local own = self._of[task.id]
  if own.weight == task.weight then return end
  count(self, own, own.weight, -1)
  count(self, own, task.weight, 1)
end

return drr
