-- srtf.lua - shortest remaining estimate first; a shorter newcomer takes the cpu.
--
-- L. Schrage, A Proof of the Optimality of the Shortest Remaining Processing Time
-- Discipline, Operations Research, 1968. What remains is `estimate` less what was used.
-- Where no estimate is given it is guessed for the time until the next sleep: an
-- average of the times between the sleeps so far in which the newest counts `newest`
-- percent, and `guess` to begin with (Silberschatz & Galvin, Operating System Concepts,
-- ch. 5).
--
-- Who exceeds its estimate is believed the less the more it does: by as much as it is
-- over.
--
-- Promise: with true estimates the least mean turnaround that any order can give on one
-- cpu. Weakness: long jobs starve while shorter ones keep coming; wrong estimates.
-- Cost: O(log n), a Lua call a turn, O(cpus) an arrival.
local neap = require "neap"

local srtf = neap.policy {
  name = "srtf",
  summary = "shortest remaining estimate first: known jobs, least mean turnaround",
  starves = true,
  preempts = true,
  guess = 100 * neap.ms, -- of a task without an estimate that has not slept yet
  newest = 50,           -- percent
}

function srtf:init()
  if self.newest < 0 or self.newest > 100 then
    error(("newest: %s is out of range 0..100"):format(self.newest), 0)
  end
  self._of = {}
end

function srtf:init_task(task)
  self._of[task.id] = { guess = self.guess, from = task.cpu_ns }
end

function srtf:exit_task(task)
  self._of[task.id] = nil
end

function srtf:key(task)
  local own, estimate = self._of[task.id], task.estimate
  if estimate > 0 then return math.abs(estimate - task.cpu_ns) end
  return math.abs(own.guess - (task.cpu_ns - own.from))
end

function srtf:stopping(task, _, why)
  if why ~= "blocked" then return end
  local own = self._of[task.id]
  local used = task.cpu_ns - own.from
  own.guess = (used * self.newest + own.guess * (100 - self.newest)) // 100
  own.from = task.cpu_ns
end

return srtf
