-- trace_filter.lua - what of a recorded run is to be shown: --task, --cpu, --from, --to.
local filter = {}
filter.__index = filter

-- `given`: the options of the verb.
function filter.new(given)
  local tasks = nil
  for _, word in ipairs(given.task) do
    tasks = tasks or {}
    tasks[word] = true
  end
  return setmetatable({
    tasks = tasks, cpu = given.cpu, from = given.from or 0, to = given.to or math.huge,
  }, filter)
end

-- Of this task (nil: of none in particular)?
function filter:wants_task(task)
  return not self.tasks
    or task ~= nil and (self.tasks[task.name] or self.tasks[tostring(task.id)] or false)
end

-- What a task did from one time to another, on a cpu (nil: on none in particular)?
function filter:wants(task, from, to, cpu)
  return to >= self.from and from <= self.to and self:wants_task(task)
    and (not self.cpu or cpu == self.cpu)
end

return filter
