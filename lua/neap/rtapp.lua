-- rtapp.lua - reads workloads of rt-app: what its threads run and sleep, as tasks.
--
-- Taken over: tasks, instance, loop, phases, delay; run, runtime, sleep, timer; policy and
-- priority, dl-runtime, dl-period, dl-deadline; global duration. The order of the events is that of
-- the file. A timer at the end of the one phase of a task makes it periodic, any other is a sleep
-- for what its phase leaves of the period. What else a thread does (locks, memory, forks, ...) has
-- no place in a simulation: it is left out, and named in a note.
local neap = require "neap.core"
local ordered = require "neap.ordered_json"

local rtapp = {}

local US = neap.us
local MOST_EVENTS = 100000 -- of a task, its loops written out

local function fail(...) error({ problem = (...):format(select(2, ...)) }, 0) end

local function shown(value)
  if type(value) == "table" then return value.keys and "an object" or "an array" end
  return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

local function whole(where, name, value, least, most)
  local n = type(value) == "number" and math.tointeger(value)
  if not n or n < least or n > most then
    fail("%s: %s must be a whole number from %d to %d, not %s", where, name, least, most,
      shown(value))
  end
  return n
end

local function microseconds(where, name, value)
  return whole(where, name, value, 0, math.maxinteger // (US * 10)) * US
end

local function object(where, name, value)
  if type(value) ~= "table" or not value.keys then
    fail("%s: %s must be an object, not %s", where, name, shown(value))
  end
  return value
end

-- Events: { "run" | "sleep" | "timer", ns }. rt-app knows an event by how its name begins.

local function read_timer(where, name, value)
  local period = object(where, name, value).of.period
  if period == nil then fail("%s: %s has no period", where, name) end
  return microseconds(where, name .. ".period", period)
end

local EVENTS = {
  { "runtime", function(...) return "run", microseconds(...) end },
  { "run", function(...) return "run", microseconds(...) end },
  { "sleep", function(...) return "sleep", microseconds(...) end },
  { "timer", function(...) return "timer", read_timer(...) end },
}
local SETTINGS = { loop = true, phases = true, instance = true, delay = true, policy = true,
  priority = true, ["dl-runtime"] = true, ["dl-period"] = true, ["dl-deadline"] = true }

local function event_of(where, name, value)
  for _, event in ipairs(EVENTS) do
    if name:sub(1, #event[1]) == event[1] then return event[2](where, name, value) end
  end
end

-- The events of a phase, in order; what is no event goes to `left`.
local function events_of(where, phase, left)
  local list = {}
  for _, name in ipairs(phase.keys) do
    local kind, ns = event_of(where, name, phase.of[name])
    if kind then
      if ns > 0 then list[#list + 1] = { kind, ns } end
    elseif not SETTINGS[name] then
      left[name] = true
    end
  end
  return list
end

local function loops_of(where, thing)
  local loops = thing.of.loop
  if loops == nil then return 1 end
  return whole(where, "loop", loops, -1, 1 << 30)
end

-- Timers that are not at the end of all: a sleep for the rest of the period.
local function without_timers(list)
  local spent = 0
  for _, event in ipairs(list) do
    if event[1] == "timer" then
      event[1], event[2] = "sleep", math.max(0, event[2] - spent)
      spent = 0
    else
      spent = spent + event[2]
    end
  end
end

local function is_periodic(list)
  for i = 1, #list - 1 do
    if list[i][1] == "timer" then return false end
  end
  return #list > 1 and list[#list][1] == "timer"
end

-- { run, sleep, run, ... } of the events; and what it sleeps before the first run.
local function work_of(where, list)
  local work, before = {}, 0
  for _, event in ipairs(list) do
    local is_run = event[1] == "run"
    if #work == 0 and not is_run then
      before = before + event[2]
    elseif (#work % 2 == 1) == is_run then
      work[math.max(1, #work)] = (work[#work] or 0) + event[2]
    elseif event[2] > 0 then
      work[#work + 1] = event[2]
    end
  end
  if #work == 0 then fail("%s: it never runs: give it a \"run\"", where) end
  if before > 0 and #work % 2 == 0 then -- its rounds go over into each other
    work[#work] = work[#work] + before
  elseif before > 0 then
    work[#work + 1] = before
  end
  return work, before
end

-- All phases written out, as often as they loop. A phase without end is the last.
local function write_out(where, task, left)
  local all, endless = {}, false
  local phases = object(where, "phases", task.of.phases)
  for _, name in ipairs(phases.keys) do
    local here = ("%s: phase %s"):format(where, name)
    local phase = object(where, name, phases.of[name])
    local list, loops = events_of(here, phase, left), loops_of(here, phase)
    without_timers(list)
    if loops == -1 then
      if #all > 0 then fail("%s: a loop without end after another phase", here) end
      return list, true
    end
    if #all + #list * loops > MOST_EVENTS then
      fail("%s: more than %d events: loop fewer times", here, MOST_EVENTS)
    end
    for _ = 1, loops do
      for _, event in ipairs(list) do all[#all + 1] = { event[1], event[2] } end
    end
  end
  return all, endless
end

local function nice_weight(nice)
  return math.max(1, math.min(10000, math.floor(100 * 1.25 ^ -nice + 0.5)))
end

-- How the kernel's scheduler would have treated it.
local function set_class(where, out, task, default)
  local policy, priority = task.of.policy or default or "SCHED_OTHER", task.of.priority
  if policy == "SCHED_FIFO" or policy == "SCHED_RR" then
    out.priority = 6 + (whole(where, "priority", priority or 1, 1, 99) - 1) * 4 // 98
  elseif policy == "SCHED_OTHER" or policy == "SCHED_BATCH" then
    if priority then out.weight = nice_weight(whole(where, "priority", priority, -20, 19)) end
  elseif policy == "SCHED_IDLE" then
    out.weight = 1
  elseif policy == "SCHED_DEADLINE" then
    local of = task.of
    out.estimate = of["dl-runtime"] and microseconds(where, "dl-runtime", of["dl-runtime"])
    out.period = of["dl-period"] and microseconds(where, "dl-period", of["dl-period"])
    out.deadline = of["dl-deadline"] and microseconds(where, "dl-deadline", of["dl-deadline"])
  else
    fail("%s: policy must be SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_FIFO, SCHED_RR or "
      .. "SCHED_DEADLINE, not %s", where, shown(policy))
  end
end

local function read_task(name, task, default, left)
  local where = "task " .. name
  local out = { name = name, count = whole(where, "instance", task.of.instance or 1, 0, 1 << 20) }
  local loops = task.of.loop == nil and -1 or loops_of(where, task) -- as rt-app does
  local list, endless
  if task.of.phases then
    list, endless = write_out(where, task, left)
  else
    list = events_of(where, task, left)
    if is_periodic(list) then
      out.period = table.remove(list)[2]
    end
    without_timers(list)
  end
  local before
  out.work, before = work_of(where, list)
  out.times = (endless or loops == -1) and "always" or math.max(1, loops)
  out.arrival = before + microseconds(where, "delay", task.of.delay or 0)
  set_class(where, out, task, default)
  return out
end

local function read_tasks(root, default, left)
  local tasks = object("it", "tasks", root.of.tasks)
  local list = {}
  for _, name in ipairs(tasks.keys) do
    local task = read_task(name, object("tasks", name, tasks.of[name]), default, left)
    if task.count > 0 then list[#list + 1] = task end
  end
  return list
end

local function sorted(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function decode(source, path)
  local root, left = ordered.decode(source), {}
  if type(root) ~= "table" or not root.keys then fail("it must be an object with \"tasks\"") end
  local global = root.of.global and object("it", "global", root.of.global).of or {}
  local list = read_tasks(root, global.default_policy, left)
  local about, names = { notes = {} }, sorted(left)
  if #names > 0 then
    about.notes[1] = ("%s: left out, since a simulation has no place for them: %s"):format(path,
      table.concat(names, ", "))
  end
  local duration = global.duration
  if duration and duration ~= -1 then
    about.limit = whole("global", "duration", duration, 1, 1 << 30) * neap.s
  end
  return list, about
end

-- A list of tasks, and { notes, limit }; or nil and a message.
function rtapp.read(source, path)
  local ok, list, about = pcall(decode, source, path)
  if ok then return list, about end
  if type(list) == "table" and list.problem then
    return nil, ("%s: %s"):format(path, list.problem)
  end
  return nil, ("%s: %s"):format(path, tostring(list))
end

return rtapp
