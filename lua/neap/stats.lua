-- stats.lua - writes a run's figures as one JSON object, schema neap-stats-1.
--
-- Keys come in a fixed order and integers as integers (cjson alone would print large ones as
-- 1.2e+16). The target is opened before anything runs; the text goes to a file beside it, which
-- takes its name only when it is complete.
local figures = require "neap.figures"

local stats = {}
stats.__index = stats

local RUN_KEYS = {
  "policy", "cpus", "quantum_ns", "wall_ns", "neap_cpu_ns", "decisions", "dispatches",
  "context_switches", "preemptions", "voluntary", "late_ticks", "late_ns", "ticks",
  "missed_ticks", "failures", "ejections",
  "clamped", "active", "waiting", "forced", "escaped",
}
-- JSON is UTF-8; names of tasks may be anything.
local function valid_utf8(text)
  local bad = select(2, utf8.len(text))
  while bad do
    text = text:sub(1, bad - 1) .. "\u{FFFD}" .. text:sub(bad + 1)
    bad = select(2, utf8.len(text))
  end
  return text
end

-- A text that is plain needs no library, which takes memory.
local function json(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  if type(value) == "string" then
    if not value:find('[^%w%p ]') and not value:find('["\\]') then return '"' .. value .. '"' end
    value = valid_utf8(value)
  end
  return (require("cjson").encode(value):gsub("\\/", "/"))
end

-- The members of an object, in the order of `keys`; what is missing counts as 0.
local function members(keys, values)
  local parts = {}
  for i, key in ipairs(keys) do parts[i] = ('"%s":%s'):format(key, json(values[key] or 0)) end
  return table.concat(parts, ",")
end

local function counters_json(counters)
  local parts = {}
  for name, count in pairs(counters or {}) do
    parts[#parts + 1] = ("%s:%s"):format(json(name), json(count))
  end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

-- A task's figures come in the order of figures.keys, with those that the session knows among
-- them.
local TASK_FORMAT = { '"id":%d', '"name":%s' }
for i = 2, #figures.keys do
  local key = figures.keys[i]
  if key == "cpu_ns" then TASK_FORMAT[#TASK_FORMAT + 1] = '"how":"%s","code":%d' end
  TASK_FORMAT[#TASK_FORMAT + 1] = ('"%s":%s'):format(key, key == "cpu_source" and '"%s"' or "%d")
end
TASK_FORMAT = "{" .. table.concat(TASK_FORMAT, ",") .. "}"

local function format_task(result, id, pid, priority, weight, ...)
  return TASK_FORMAT:format(id, json(result.name), pid, priority, weight, result.how or "lost",
    result.code or 0, ...)
end

-- A job that was refused has no task: id 0 and zeroes.
local function task_json(result)
  return format_task(result, figures.unpack(result.stats))
end

-- Gives the JSON text for the stats of a runtime and the results of a session to `put`, piece by
-- piece: of many tasks it is long.
local function each_piece(run, results, put)
  put(('{"schema":"neap-stats-1",%s,"counters":%s,"tasks":['):format(
    members(RUN_KEYS, run), counters_json(run.counters)))
  for i, result in ipairs(results) do put((i > 1 and ",\n" or "") .. task_json(result)) end
  put("]}\n")
end

-- Devices and pipes are written as they are: only a regular file can be replaced.
local function is_replaceable(path)
  if path:find("^/dev/") or path:find("^/proc/") then return true, false end
  local there, problem = io.open(path, "r+b")
  if not there then return problem:find("No such file", 1, true) ~= nil, true, problem end
  local seekable = there:seek("end") ~= nil
  there:close()
  return true, seekable
end

-- Opens `path` ("-": stdout) for the figures of a run that is to come; or nil and a message.
-- The answer wants to be closed: what was not written by then leaves no file.
function stats.open(path)
  if not (package.loaded.cjson or package.searchpath("cjson", package.cpath)) then
    return nil, "the Lua module cjson is missing: apt-get install lua-cjson"
  end
  if path == "-" then return setmetatable({ path = "stdout", file = io.stdout }, stats) end
  local usable, replace, problem = is_replaceable(path)
  if not usable then return nil, "cannot write " .. problem end
  local target = replace and ("%s.%08x.tmp"):format(path, math.random(0) & 0xffffffff) or path
  local file, why = io.open(target, "wb")
  if not file then return nil, ("cannot write %s: %s"):format(path, why:sub(#target + 3)) end
  return setmetatable({ path = path, file = file, temp = replace and target or nil }, stats)
end

-- Writes the figures. Returns true, or nil and a message.
function stats:write(run, results)
  local ok, problem = true, nil
  each_piece(run, results, function(piece)
    if ok then ok, problem = self.file:write(piece) end
  end)
  if ok then ok, problem = self.file:flush() end
  if ok and self.temp then ok, problem = os.rename(self.temp, self.path) end
  if not ok then return nil, ("cannot write %s: %s"):format(self.path, problem) end
  self.temp = nil
  return true
end

function stats:__close()
  if self.file ~= io.stdout then self.file:close() end
  if self.temp then os.remove(self.temp) end
end

return stats
