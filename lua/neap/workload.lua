-- workload.lua - workloads for simulations: read, checked, made flat.
--
-- A workload is a list of tasks, or a function(w) that adds them (neap.generator says what w
-- can draw), or a file: FILE.lua that returns one of these, FILE.json for rt-app, or what
-- `neap run --record` has written. Every random number is the seed's, math.random in the file,
-- too: the same seed, the same workload.
--
-- What comes out is the flat list that neap.core.simulate takes. What is wrong is nil and a
-- message that names the file, the task, the field and the value.
local generator = require "neap.generator"
local neap = require "neap.core"
local values = require "neap.values"

local workload = {}

local shown, text, whole = values.shown, values.text, values.whole
local duration = values.duration

local Flat = {} -- the mark of what is checked already
local AT_END, ALWAYS = -1, -1
local MOST = 1 << 31
local PIECE, MOST_BYTES = 1 << 16, 64 << 20

-- Checks of one value, as those of neap.values.

local function work(value)
  local wanted = 'a duration that is not 0, or a list of them: { run, sleep, run, ... }'
  if type(value) ~= "table" then value = { value } end
  local list = {}
  for i = 1, #value do
    list[i] = duration(value[i])
    if not list[i] or list[i] == 0 then return nil, wanted end
  end
  if #list == 0 then return nil, wanted end
  return list
end

local function times(value)
  if value == "always" or value == math.huge then return ALWAYS end
  local n = whole(1, MOST - 1)(value)
  if n then return n end
  return nil, 'a whole number of at least 1, or "always"'
end

local function after(value)
  if value == "end" then return AT_END end
  local n = whole(0, MOST - 1)(value)
  if n then return n end
  return nil, 'the number of runs of its parent that must be over, or "end"'
end

local function estimate(value)
  if value == true then return true end -- its work says it
  return duration(value)
end

local function group(value)
  if text(value) then return value end
  return whole(0, math.maxinteger)(value)
end

local CHECKS = {
  after = after,
  arrival = duration,
  count = whole(1, MOST - 1),
  deadline = duration,
  estimate = estimate,
  every = duration,
  group = group,
  name = text,
  period = duration,
  priority = whole(0, 10),
  times = times,
  weight = whole(1, 10000),
  work = work,
}

local KEYS = { "children" }
for key in pairs(CHECKS) do KEYS[#KEYS + 1] = key end
table.sort(KEYS)

local function fail(...) error({ problem = (...):format(select(2, ...)) }, 0) end

local function check_key(key, value)
  local check = CHECKS[key]
  if not check then
    local near = type(key) == "string" and neap.suggest(key, KEYS)
    fail("unknown field %s%s", shown(key), near and (' (did you mean "%s"?)'):format(near) or "")
  end
  local good, wanted = check(value)
  if good == nil then fail("%s must be %s, not %s", key, wanted, shown(value)) end
  return good
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

-- The CPU time that `task`, which is checked, needs in all; nil: without end.
local function need_of(task)
  if not task.work or task.times == ALWAYS then return nil end
  local sum = 0
  for i = 1, #task.work, 2 do sum = sum + task.work[i] end
  return sum * (task.times or 1)
end

local function check_task(task)
  if type(task) ~= "table" then fail("a task is a table, not %s", shown(task)) end
  local good = {}
  for _, key in ipairs(sorted_keys(task)) do
    if key ~= "children" then good[key] = check_key(key, task[key]) end
  end
  if good.times and not good.work then fail("times without work: it runs without end already") end
  if good.every and not good.count then fail("every without count: how many of it are there?") end
  if good.estimate == true then
    good.estimate = need_of(good)
      or fail("estimate = true, but it runs without end: give a duration")
  end
  return good
end

local add_all

-- What has gone wrong is said of the task that it is about.
local function add(flat, task, where, parent)
  local ok, good = pcall(check_task, task)
  if not ok then
    if type(good) ~= "table" then error(good, 0) end
    local name = type(task) == "table" and type(task.name) == "string"
      and (" (%s)"):format(task.name) or ""
    fail("%s%s: %s", where, name, good.problem)
  end
  if good.after and not parent then fail("%s: after is for children only", where) end
  good.parent = parent
  flat[#flat + 1] = good
  if task.children ~= nil then add_all(flat, task.children, where .. ", child ", #flat) end
end

function add_all(flat, list, where, parent)
  if type(list) ~= "table" then fail("%smust be a list of tasks, not %s", where, shown(list)) end
  for _, key in ipairs(sorted_keys(list)) do
    if math.type(key) ~= "integer" or key < 1 or key > #list then
      fail("%sa list of tasks cannot have the key %s%s", where, shown(key),
        CHECKS[key] and ": put the task in braces, { { ... } }" or "")
    end
  end
  for i, task in ipairs(list) do add(flat, task, where .. i, parent) end
end

-- Groups that have names get numbers that nobody else has, in order of appearance.
local function number_groups(flat)
  local last, number = 0, {}
  for _, task in ipairs(flat) do
    if math.type(task.group) then last = math.max(last, task.group) end
  end
  for _, task in ipairs(flat) do
    if type(task.group) == "string" then
      if not number[task.group] then
        last = last + 1
        number[task.group] = last
      end
      task.group = number[task.group]
    end
  end
end

local function name_all(flat)
  for i, task in ipairs(flat) do task.name = task.name or "task" .. i end
end

-- The flat list of a workload: a list of tasks, or a function. Raises { problem = }.
local function flatten(given, seed)
  local list = given
  if type(given) == "function" then
    local w = generator.new(seed)
    local answer = given(w)
    list = w.tasks
    if type(answer) == "table" and answer ~= w then
      for _, task in ipairs(answer) do list[#list + 1] = task end
    end
  end
  local flat = {}
  if type(list) ~= "table" then
    fail("a workload is a list of tasks, or a function that adds them, not %s", shown(list))
  end
  add_all(flat, list, "task ")
  if #flat == 0 then fail "it has no tasks: return { { work = \"100ms\" }, ... }" end
  number_groups(flat)
  name_all(flat)
  return setmetatable(flat, Flat)
end

-- A message may hold what a terminal would obey.
function workload.plain(message) return (message:gsub("%c", "?")) end

-- Calls body(...) and turns what it raises into nil and a message with `name` before it.
local function caught(name, body, ...)
  local ok, answer = xpcall(body, function(problem)
    if type(problem) == "table" and problem.problem then return problem end
    if type(problem) == "table" then return { problem = tostring(problem) } end
    return { raised = tostring(problem) }
  end, ...)
  if ok then return answer end
  if answer.raised then return nil, answer.raised end
  return nil, workload.plain(("%s: %s"):format(name, answer.problem))
end

-- A list or a function as the flat list; or nil and a message.
function workload.flat(given, seed)
  if getmetatable(given) == Flat then return given end
  return caught("workload", flatten, given, seed or 1)
end

local function read_all(path)
  local file, problem = io.open(path, "rb")
  if not file then return nil, problem:sub(#path + 3) end
  local parts, size = {}, 0
  repeat
    local part, why = file:read(PIECE)
    if why then
      file:close()
      return nil, why
    end
    parts[#parts + 1] = part
    size = size + #(part or "")
  until not part or size > MOST_BYTES
  file:close()
  if size > MOST_BYTES then return nil, "it is longer than 64 MiB" end
  return table.concat(parts)
end

-- Runs the file with the standard libraries; what it sets as globals stays its own, and chance is
-- the seed's.
local function from_lua(source, path, seed)
  local env = setmetatable({ math = generator.math(seed) }, { __index = _G })
  local chunk, problem = load(source:gsub("^#[^\n]*", ""), "@" .. path, "t", env)
  if not chunk then return nil, problem end
  return caught(path, function() return flatten(chunk(), seed) end)
end

local function is_record(path)
  local file <close> = io.open(path, "rb")
  return file and file:read(11) == "neap trace "
end

local function from_record(path, seed)
  local list, about = require("neap.demand").read(path)
  if not list then return nil, about end
  local tasks, problem = caught(path, flatten, list, seed)
  if not tasks then return nil, problem end
  local notes = about.unfinished > 0 and { ("%d tasks had not ended: they end when they have used "
    .. "as much"):format(about.unfinished) } or {}
  return { tasks = tasks, notes = notes }
end

-- The workload of the file `path` as { tasks = the flat list, notes = what could not be taken over,
-- limit = ns or nil }; or nil and a message.
function workload.read(path, seed)
  if is_record(path) then return from_record(path, seed or 1) end
  local source, problem = read_all(path)
  if not source then return nil, ("cannot read %s: %s"):format(path, problem) end
  if not source:find("%S") then return nil, ("%s is empty"):format(path) end
  local tasks, about
  if path:find("%.json$") then
    tasks, about = require("neap.rtapp").read(source, path)
    if not tasks then return nil, workload.plain(about) end
    tasks, problem = caught(path, flatten, tasks, seed or 1)
  else
    tasks, problem = from_lua(source, path, seed or 1)
  end
  if not tasks then return nil, problem end
  return { tasks = tasks, notes = about and about.notes or {}, limit = about and about.limit }
end

return workload
