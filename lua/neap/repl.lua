-- repl.lua - what a person says to `neap repl`: Lua, with a runtime and a few words of its own.
local interrupt = require "neap.interrupt"
local neap = require "neap"
local outcome = require "neap.outcome"
local tables = require "neap.table"

local repl = {}

local HELP = [[
Lua, line by line; a value is printed (`=expr` does so, too). Words for short:
  task { name = "a", weight = 200 }   makes a virtual task (in --live: spawn { "make", "-j4" })
  task(1)                             the task of this id
  step()  step(5)                     to the next switch, at most one quantum; so many times
  run "1s"                            lets so much time pass; run() runs until all is done
  tasks()  why(1)  stats()            what there is, why it is so, the counts
  policy "rr"  policy("cap", { quota = "30ms" })   puts another in charge
  go(function() sleep "1s" ... end)   a coroutine of the runtime
  rt, neap                            the runtime and the module: docs/LUA_API.md
  help()  quit()
Ctrl-C ends what runs, Ctrl-D leaves.]]
local TITLES = { ">id", "task", "state", ">on", ">prio", ">weight", ">cpu", ">wait", ">slices" }
local DEPTH, MOST = 2, 40 -- of a table that is printed

local function out(text) io.stdout:write(text, "\n") end

-- Values as text.

local show

local function show_table(t, depth)
  if depth == 0 then return "{...}" end
  local parts = {}
  for i, value in ipairs(t) do
    if #parts < MOST then parts[i] = show(value, depth - 1) end
  end
  local keys = {}
  for key in pairs(t) do
    if not (math.type(key) == "integer" and key >= 1 and key <= #t) then keys[#keys + 1] = key end
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, key in ipairs(keys) do
    if #parts < MOST then
      local name = type(key) == "string" and key:find("^[%a_][%w_]*$") and key
        or ("[%s]"):format(show(key, 0))
      parts[#parts + 1] = ("%s = %s"):format(name, show(t[key], depth - 1))
    end
  end
  if #keys + #t > MOST then parts[#parts + 1] = "..." end
  return #parts > 0 and ("{ %s }"):format(table.concat(parts, ", ")) or "{}"
end

function show(value, depth)
  local meta = getmetatable(value)
  if type(value) == "table" and not (meta and type(meta) == "table" and meta.__tostring) then
    return show_table(value, depth)
  end
  if type(value) == "string" and depth < DEPTH then return ("%q"):format(value) end
  return tostring(value)
end

local function print_all(values)
  if values.n == 0 then return end
  local parts = {}
  for i = 1, values.n do parts[i] = show(values[i], DEPTH) end
  out(table.concat(parts, "  "))
end

-- The words.

local function must(value, message)
  if value == nil then error(message, 0) end
  return value
end

-- Tells switches and ends while time passes; with `first` only up to the first of them. What comes
-- at one instant belongs together.
local function watched(rt, from, first, pass)
  local function tell(...)
    out(("%9s  %s"):format(tables.duration(rt:now() - from), string.format(...)))
    if first then rt:stop() end
  end
  local function name(task) return task and ("%s (%d)"):format(task.name, task.id) or "-" end
  local on_switch = rt:on("switch", function(cpu, old, new)
    tell("cpu %d: %s -> %s", cpu, name(old), name(new))
  end)
  local on_exit = rt:on("exit", function(task, how, code)
    tell("%s: %s", name(task), outcome.words(how, code))
  end)
  local ok, problem = pcall(pass)
  if tostring(rt):find("closed", 1, true) then return ok or error(problem, 0) end
  rt:off("switch", on_switch)
  rt:off("exit", on_exit)
  if not ok then error(problem, 0) end
end

local function add_time(env, rt)
  local from = rt:now()

  function env.step(n)
    for _ = 1, n or 1 do
      watched(rt, from, true, function() must(rt:run(rt.quantum)) end)
    end
    out(("%9s"):format(tables.duration(rt:now() - from)))
  end

  function env.run(time)
    watched(rt, from, false, function() must(rt:run(time)) end)
    out(("%9s"):format(tables.duration(rt:now() - from)))
  end

  function env.sleep(time) return must(rt:sleep(time)) end
end

local function add_looks(env, rt)
  function env.tasks()
    local rows = {}
    for task in rt:tasks() do
      rows[#rows + 1] = { task.id, task.name, task.state, task.cpu or "-", task.priority,
        task.weight, tables.duration(task.cpu_ns), tables.duration(task.wait_ns), task.slices }
    end
    out((#rows > 0 and tables.format(TITLES, rows) or "no tasks\n"):sub(1, -2))
  end

  function env.why(task)
    if math.type(task) == "integer" then task = must(rt:find(task), "no task " .. task) end
    out((task:why()))
  end

  function env.stats()
    local stats, names = rt:stats(), {}
    for name in pairs(stats) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do out(("%-18s %s"):format(name, show(stats[name], 1))) end
  end
end

local function add_changes(env, rt)
  function env.task(spec)
    if type(spec) == "number" then return must(rt:find(spec), "no task " .. spec) end
    return must(rt:task(spec or {}))
  end

  function env.spawn(job) return must(rt:spawn(job)) end

  function env.go(...) return must(rt:go(...)) end

  function env.policy(name, params)
    if name == nil then return rt.policy end
    must(rt:set_policy(name, params))
    return rt.policy
  end
end

-- A session: `env`, the variables of what is said; `leaves`, the exit code once quit() was called.
function repl.new(rt)
  local session = { rt = rt }
  local env = setmetatable({ rt = rt, neap = neap }, { __index = _G })
  add_time(env, rt)
  add_looks(env, rt)
  add_changes(env, rt)
  function env.help() out(HELP) end
  function env.quit(code) session.leaves = code or 0 end
  env.exit = env.quit
  session.env = env
  return session
end

-- Compiles a text: a function, or nil and the message; `true` for a third: more lines may complete
-- it.
function repl.compile(session, text)
  text = text:gsub("^%s*=", "return ")
  local chunk = load("return " .. text, "=repl", "t", session.env)
  if chunk then return chunk end
  local problem
  chunk, problem = load(text, "=repl", "t", session.env)
  return chunk, problem, not chunk and problem:find("<eof>$") ~= nil
end

-- Runs it and prints what it returns. Returns nil, or the message of its error.
function repl.run(session, chunk)
  local values = table.pack(interrupt.call(session.rt, xpcall, chunk, function(problem)
    if type(problem) ~= "string" then return show(problem, DEPTH) end
    return problem:match "^[^\n]-(interrupted)%f[\n\0]" or problem
  end))
  if not values[1] then return tostring(values[2]) end -- interrupted at its very end
  if not values[2] then return tostring(values[3]) end
  print_all(table.pack(table.unpack(values, 3, values.n)))
  return nil
end

return repl
