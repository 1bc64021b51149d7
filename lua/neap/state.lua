-- state.lua - what a run does now: a row for each task and a line for the run.
local report = require "neap.report"
local tables = require "neap.table"

local state = {}

local TITLES = {
  ">id", "task", ">pid", "state", ">on", ">prio", ">weight", ">cpu", ">wait", ">slices",
  "waits for",
}
local WAITS_FOR = {
  fresh = "its start",
  ready = "a cpu",
  starting = "its program",
  running = "-",
  blocked = "an event",
  paused = "its resume",
  ended = "what it left",
}
local IN_ORDER = { "running", "starting", "ready", "blocked", "paused", "fresh", "ended" }
local MOST_FRESH = 20 -- rows of tasks that were never started; there may be a million

-- Ready, but without a process: it may wait for a cpu or for a place among those alive.
local function state_of(task)
  return task.state == "ready" and not task.pid and "fresh" or task.state
end

local function row_of(task)
  return {
    task.id, task.name, task.pid or "-", task.state, task.cpu or "-", task.priority, task.weight,
    tables.duration(task.cpu_ns), tables.duration(task.wait_ns), task.slices,
    WAITS_FOR[state_of(task)] or "-",
  }
end

-- The rows, and how many tasks are in each state.
local function look(rt)
  local rows, counts = {}, {}
  for task in rt:tasks() do
    local name = state_of(task)
    counts[name] = (counts[name] or 0) + 1
    if name ~= "fresh" or counts.fresh <= MOST_FRESH then rows[#rows + 1] = row_of(task) end
  end
  return rows, counts
end

local function queues(counts)
  local parts = {}
  for _, name in ipairs(IN_ORDER) do
    local word = name == "fresh" and "not started" or name
    if counts[name] then parts[#parts + 1] = ("%d %s"):format(counts[name], word) end
  end
  return #parts > 0 and table.concat(parts, ", ") or "nothing left"
end

-- The text for a session.
function state.text(session)
  local rows, counts = look(session.rt)
  local hidden = (counts.fresh or 0) - MOST_FRESH
  return ("neap: the state after %s: %s, %s\n"):format(
    tables.duration(session:elapsed()), session:ends(), queues(counts))
    .. (#rows > 0 and tables.format(TITLES, rows) or "")
    .. (hidden > 0 and ("and %d more that were never started\n"):format(hidden) or "")
    .. report.summary(session.rt:stats())
end

return state
