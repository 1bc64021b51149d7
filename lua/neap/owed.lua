-- owed.lua - what a policy owes each task of a runtime: the ideal, with max_alive.
--
-- The runtime lets at most max_alive tasks compete; the model of the ideal follows it: by
-- priority, then arrival.
local ideals = require "neap.ideal"

local owed = {}
owed.__index = owed

-- `kind` is rt.ideal: nil gives nil, for the policy promises no share. `room` is max_alive.
function owed.new(kind, cpus, room, now)
  if not kind then return nil end
  return setmetatable({
    model = ideals.new(cpus, now),
    is_equal = kind == "equal",
    room = room or math.huge,
    queue = {}, -- priority -> { first =, last =, id, weight, id, weight, ... }
  }, owed)
end

-- The task stands in line.
function owed:arrive(task)
  local line = self.queue[task.priority] or { first = 1, last = 0 }
  self.queue[task.priority] = line
  line[line.last + 1] = task.id
  line[line.last + 2] = self.is_equal and 1 or task.weight
  line.last = line.last + 2
end

-- The task competes at once: max_alive does not keep it out.
function owed:join(task, now)
  self.room = self.room - 1
  self.model:add(task.id, self.is_equal and 1 or task.weight, now)
end

-- The id and the weight of the first in line.
local function take_next(queue)
  for priority = 10, 0, -1 do
    local line = queue[priority]
    if line and line.first < line.last then
      local at = line.first
      local id, weight = line[at], line[at + 1]
      line[at], line[at + 1] = nil, nil
      line.first = at + 2
      return id, weight
    end
  end
end

-- Lets in those in line for whom there is room.
function owed:admit(now)
  while self.room > 0 do
    local id, weight = take_next(self.queue)
    if not id then return end
    self.room = self.room - 1
    self.model:add(id, weight, now)
  end
end

-- The task has ended. Returns the ns of cpu that it ought to have had.
function owed:leave(id, now)
  if self.model.entry[id] then self.room = self.room + 1 end
  local service = self.model:remove(id, now)
  self:admit(now)
  return service
end

-- The ns of cpu that it ought to have had by now.
function owed:service(id, now)
  return self.model:service_of(id, now)
end

return owed
