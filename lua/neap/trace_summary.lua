-- trace_summary.lua - the accounts of a recorded run, those that `neap run` ended with, and its
-- metrics.
local figures = require "neap.figures"
local json = require "neap.json"
local metrics = require "neap.metrics"
local owed = require "neap.owed"
local report = require "neap.report"
local stats = require "neap.stats"

local summary = {}
summary.__index = summary

-- A listener for a story, which collects; `filter` is one of trace_filter.lua.
function summary.new(filter)
  local self = setmetatable({ results = {}, by_id = {}, filter = filter }, summary)
  self.listener = {
    open = function(story) self.story = story end,
    begin = function(max_alive) self:begin(max_alive) end,
    add = function(task, at) self:add(task, at) end,
    ready = function(at) self:admit(at) end,
    left = function(task, at, how, code) self:left(task, at, how, code) end,
  }
  return self
end

-- The story begins: what its first policy owes is known. `max_alive` 0: no bound.
function summary:begin(max_alive)
  local story = self.story
  self.owed = owed.new(story.rt.ideal, story.rt.cpus, max_alive > 0 and max_alive or nil, 0)
end

function summary:add(task, at)
  self.by_id[task.id] = { id = task.id, name = task.name }
  self.results[#self.results + 1] = self.by_id[task.id]
  if not self.owed then return end
  if task.is_attached then self.owed:join(task.handle, at) else self.owed:arrive(task.handle) end
end

function summary:admit(at)
  if self.owed then self.owed:admit(at) end
end

function summary:left(task, at, how, code)
  local result = self.by_id[task.id]
  result.name, result.how, result.code = task.name, how, code
  result.stats = figures.pack(task.handle:stats())
  result.ideal_ns = self.owed and self.owed:leave(task.id, at)
end

-- The story is told: those that have not ended are as they are now.
function summary:finish()
  local story = self.story
  self.run = story.figures or story.rt:stats()
  for id, task in pairs(story.tasks) do
    local result = self.by_id[id]
    result.name, result.how, result.code = task.name, "unfinished", 0
    result.stats = figures.pack(task.handle:stats())
    result.ideal_ns = self.owed and self.owed:service(id, story.at)
  end
  self.state = story.rt:replay()
  self.metrics = story.rt:metrics()
end

function summary:shown()
  local list = {}
  for _, result in ipairs(self.results) do
    if self.filter:wants_task(result) then list[#list + 1] = result end
  end
  return list
end

function summary:text()
  return report.text(self:shown(), self.run) .. "\n"
    .. metrics.table({ self.run.policy }, { self.metrics })
end

local STATE_KEYS = { "records", "bytes", "answers", "time_of_day" }

-- Gives the JSON text to `put`, piece by piece.
function summary:json(put)
  put(('{"schema":"neap-trace-1","run":{%s,%s,"cut":%s},"tasks":['):format(
    stats.run(self.run), json.members(STATE_KEYS, self.state), tostring(self.state.cut)))
  for i, result in ipairs(self:shown()) do
    put((i > 1 and ",\n" or "") .. stats.recorded_task(result))
  end
  put(('],"metrics":%s}\n'):format(json.encode(self.metrics)))
end

return summary
