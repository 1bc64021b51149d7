-- stats.lua - writes a run's figures as one JSON object, schema neap-stats-1.
local figures = require "neap.figures"
local json = require "neap.json"
local target = require "neap.target"

local stats = {}
stats.__index = stats

local RUN_KEYS = {
  "policy", "cpus", "quantum_ns", "wall_ns", "neap_cpu_ns", "decisions", "dispatches",
  "context_switches", "preemptions", "voluntary", "late_ticks", "late_ns", "ticks",
  "missed_ticks", "failures", "ejections",
  "clamped", "active", "waiting", "forced", "escaped",
}

-- The format of a task's object: its figures in the order of figures.keys, with those that the
-- session knows among them, and without the key `left_out`.
local function task_format(left_out)
  local parts = { '"id":%d', '"name":%s' }
  for i = 2, #figures.keys do
    local key = figures.keys[i]
    if key == "cpu_ns" then parts[#parts + 1] = '"how":"%s","code":%d' end
    if key == left_out then
      parts[#parts] = parts[#parts] .. "%.0s" -- takes the value
    else
      parts[#parts + 1] = ('"%s":%s'):format(key, key == "cpu_source" and '"%s"' or "%d")
    end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local TASK, RECORDED_TASK = task_format(nil), task_format("vruntime_ns")

local function format_task(format, result, id, pid, priority, weight, ...)
  return format:format(id, json.encode(result.name), pid, priority, weight, result.how or "lost",
    result.code or 0, ...)
end

-- The object for a result of a session. A job that was refused has no task: id 0 and zeroes.
function stats.task(result)
  return format_task(TASK, result, figures.unpack(result.stats))
end

-- The same without what a policy alone knows, which is not in a record.
function stats.recorded_task(result)
  return format_task(RECORDED_TASK, result, figures.unpack(result.stats))
end

-- The members of the object for the stats of a runtime.
function stats.run(run)
  return ('%s,"counters":%s'):format(json.members(RUN_KEYS, run), json.encode(run.counters or {}))
end

-- Gives the JSON text for the stats of a runtime and the results of a session to `put`, piece by
-- piece: of many tasks it is long.
local function each_piece(run, results, put)
  put(('{"schema":"neap-stats-1",%s,"tasks":['):format(stats.run(run)))
  for i, result in ipairs(results) do put((i > 1 and ",\n" or "") .. stats.task(result)) end
  put("]}\n")
end

-- Opens `path` ("-": stdout) for the figures of a run that is to come; or nil and a message.
-- The answer wants to be closed: what was not written by then leaves no file.
function stats.open(path)
  local out, problem = target.open(path)
  if not out then return nil, problem end
  return setmetatable({ out = out }, stats)
end

-- Writes the figures. Returns true, or nil and a message.
function stats:write(run, results)
  each_piece(run, results, function(piece) self.out:put(piece) end)
  return self.out:done()
end

function stats:__close()
  self.out:close()
end

return stats
