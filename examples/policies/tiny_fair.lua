-- tiny_fair.lua - shares by weight in five lines: least CPU time per weight first.
--
-- `given` is what a task is credited with so that it begins level with the others (the floor):
-- who comes late or sleeps gets no back pay. The bundled `fair` carries remainders too, gives
-- sleepers a slice of credit, and a new weight does not count for the past there.
local floor, given = 0, {}
local function used(t) return 100 * t.cpu_ns // t.weight + (given[t.id] or 0) end
local function level(t) given[t.id] = (given[t.id] or 0) + math.max(0, floor - used(t)) end
return require "neap".policy { name = "tiny_fair", key = function(_, t) level(t) return used(t) end,
  ideal = "weight", running = function(_, t) floor = math.max(floor, used(t)) end }
