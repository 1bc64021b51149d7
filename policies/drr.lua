-- drr.lua - deficit round robin: in turn, for as long as the weight says.
--
-- M. Shreedhar and G. Varghese, Efficient Fair Queueing using Deficit Round Robin, SIGCOMM 1995,
-- the cheap form of weighted fair queueing (alias wfq). Each round gives a task weight / 100
-- quanta, which it takes in one piece. What it used too much is a debt, taken from the next
-- rounds; who has not paid it is left out until it has. What is left when it sleeps is lost.
--
-- Rounds are numbers here: the heap is ordered by the round in which a task may run next, so
-- nobody in debt is looked at in vain.
--
-- Promise: after its turn in any round a task has had its part of all rounds to within one slice,
-- so over time exactly its share. Weakness: a slice is as long as the weight is large: 100 quanta
-- at 10000, for which all others wait. Cost: O(log n), three Lua calls a turn.
local neap = require "neap"

local UNIT = 100 -- the weight that gets one quantum a round

local drr = neap.policy {
  name = "drr",
  alias = "wfq",
  summary = "rounds, each task's turn as long as its weight says: exact shares, fewest switches",
  ideal = "weight",
}

function drr:init()
  self._of = {}
  self._round = 0 -- of the latest turn
end

-- Deficits are in ns * UNIT, so that nothing is rounded.
function drr:init_task(task)
  self._of[task.id] = { deficit = 0, round = self._round, paid = task.cpu_ns }
end

function drr:exit_task(task)
  self._of[task.id] = nil
end

local function settle(self, task)
  local own = self._of[task.id]
  own.deficit = own.deficit - (task.cpu_ns - own.paid) * UNIT
  own.paid = task.cpu_ns
  return own
end

-- The round in which it may run: the next in which its deficit is more than nothing.
function drr:key(task)
  local own = settle(self, task)
  if own.deficit <= 0 then
    local credit = self.quantum * task.weight
    local rounds = -own.deficit // credit + 1
    own.deficit = own.deficit + rounds * credit
    own.round = math.max(own.round + rounds, self._round + 1)
  end
  return own.round
end

function drr:slice(task)
  return math.max(neap.ms, -(-self._of[task.id].deficit // UNIT))
end

function drr:running(task)
  self._round = math.max(self._round, self._of[task.id].round)
end

function drr:stopping(task, _, why)
  local own = settle(self, task)
  if why == "blocked" or why == "yielded" then own.deficit = math.min(own.deficit, 0) end
end

return drr
