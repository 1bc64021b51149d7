-- trace_picture.lua - `neap trace --gantt --svg --html`: a recorded run drawn, or a part of it.
local console = require "neap.console"
local draw = require "neap.picture.draw"
local options = require "neap.options"
local picture = require "neap.picture"

local USAGE = 2

-- Draws the record in `path`; returns the verb's exit code. `filter` says what is wanted.
return function(path, given, filter)
  local drawn, problem = picture.of_replay(path)
  if not drawn then options.refuse(USAGE, "%s", problem) end
  local note = drawn.note
  picture.keep(drawn, function(task) return filter:wants_task(task) end, given.from, given.to)
  if #drawn.policies[1].tasks == 0 then
    options.refuse(USAGE, "%s: no task is wanted that was there then", path)
  end
  draw.write(given, drawn)
  if note then console.say("%s: %s", path, note) end
  return drawn.damaged and 1 or 0
end
