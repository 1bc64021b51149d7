-- ideal.lua - the service that a perfect scheduler would have given each task.
--
-- The fluid model (generalized processor sharing, Parekh & Gallager 1993): at each instant the
-- cpus are divided among the tasks by weight, but no task gets more than one cpu; what a too
-- heavy one cannot use goes to the others. Tasks of equal weight form a class with one running
-- sum of service per task, so an arrival or a departure costs O(distinct weights), whatever
-- the number of tasks. Every task counts as willing to run from its arrival to its end.
local ideal = {}
ideal.__index = ideal

-- An empty model of `cpus` cpus at time `now` (ns).
function ideal.new(cpus, now)
  return setmetatable({ cpus = cpus, now = now, classes = {}, weight = 0, entry = {} }, ideal)
end

-- Pays every class its service up to `now`, heaviest first: while one task's part of the cpus
-- that are left is more than a cpu, each task of its class has a whole one.
function ideal:advance(now)
  local cpus, weight, elapsed = self.cpus, self.weight, now - self.now
  for _, class in ipairs(self.classes) do
    local rate = class.count > 0 and math.min(1, cpus * class.weight / weight) or 0
    class.service = class.service + rate * elapsed
    cpus = cpus - rate * class.count
    weight = weight - class.weight * class.count
  end
  self.now = now
end

-- The class of `weight`; the list is kept heaviest first.
local function class_of(self, weight)
  local at = 1
  while self.classes[at] and self.classes[at].weight > weight do at = at + 1 end
  local class = self.classes[at]
  if not class or class.weight ~= weight then
    class = { weight = weight, count = 0, service = 0 }
    table.insert(self.classes, at, class)
  end
  return class
end

-- The task `key` begins to compete at `now`.
function ideal:add(key, weight, now)
  self:advance(now)
  local class = class_of(self, weight)
  class.count = class.count + 1
  self.weight = self.weight + weight
  self.entry[key] = { class = class, since = class.service }
end

-- The ns of cpu that the task `key` ought to have had by `now`; 0 for one that does not compete.
function ideal:service_of(key, now)
  local entry = self.entry[key]
  if not entry then return 0 end
  self:advance(now)
  return entry.class.service - entry.since
end

-- The task `key` ends at `now`. Returns the ns of cpu that it ought to have had; 0 for one that
-- never competed.
function ideal:remove(key, now)
  local entry, service = self.entry[key], self:service_of(key, now)
  if not entry then return 0 end
  entry.class.count = entry.class.count - 1
  self.weight = self.weight - entry.class.weight
  self.entry[key] = nil
  return service
end

return ideal
