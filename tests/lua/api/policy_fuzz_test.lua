-- policy_fuzz_test.lua - policies that call anything with anything: nobody is lost, nothing breaks.
--
-- Each is made from a seed. A hook first says some statements that may be wrong in any way, most of
-- them caught, and then does what a hook of its kind should, in most cases.
local check = require "check"
local hostile = require "hostile"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestFuzz
TestFuzz = {}

local ms = neap.ms
local random = math.random
local SEEDS = 400

local VALUES = { "task", "kept[1]", "kept[#kept]", "self", "q1", "h1", "h2", "nil", "0", "1", "-1",
  "0.5", "0/0", "math.huge", "math.maxinteger", "math.mininteger", "'x'", "''", "{}", "print",
  "true", "false", "self.now", "self.quantum", "self.base", "{task}", "'expired'", "cpu",
  "self.cpus" }
local HOOKS = { "exit_task", "enqueue", "dequeue", "pick", "slice", "running", "stopping", "tick",
  "preempt", "update", "signal", "timer" }
local VERBS = { "log", "count", "random", "timer", "cancel_timer", "resched", "on_cpu" }
local METHODS = { "kill", "pause", "resume", "yield", "block", "wake", "finish", "boost", "lower",
  "wait", "stats", "signal", "may_use", "set_weight" }
local FIELDS = { "id", "name", "weight", "affinity", "data", "priority", "deadline", "alive",
  "nope" }
local OF_QUEUES = { "push", "push_front", "pop", "peek", "remove", "has", "size", "each", "update",
  "key" }
local WALKS = { "q1:remove(t)", "h1:remove(t) h2:push(t, t.id)", "kept[#kept + 1] = t",
  "h1:update(t, 0.5)" }

local function any(list)
  return list[random(#list)]
end

local function arguments(most)
  local list = {}
  for i = 1, random(0, most) do list[i] = any(VALUES) end
  return table.concat(list, ", ")
end

local STATEMENTS = {
  function() return ("self:%s(%s)"):format(any(VERBS), arguments(3)) end,
  function() return ("self.base:%s(%s)"):format(any(HOOKS), arguments(3)) end,
  function() return "kept[#kept + 1] = self.base:pick(cpu)" end,
  function() return "self.base:enqueue(task)" end,
  function() return "self.base:dequeue(task)" end,
  function() return ("q1:%s(%s)"):format(any(OF_QUEUES), arguments(2)) end,
  function() return ("h1:%s(%s)"):format(any(OF_QUEUES), arguments(2)) end,
  function() return ("h2:push(task, %s)"):format(any(VALUES)) end,
  function()
    return ("for t in %s:each() do %s end"):format(any { "q1", "h1", "h2" }, any(WALKS))
  end,
  function() return ("local _ = (%s).%s"):format(any(VALUES), any(FIELDS)) end,
  function() return ("local t = %s t.%s = %s"):format(any(VALUES), any(FIELDS), any(VALUES)) end,
  function() return ("(%s):%s(%s)"):format(any(VALUES), any(METHODS), arguments(2)) end,
  function() return "q1, h2 = neap.fifo(), neap.heap()" end,
  function() return "for _, x in pairs(kept) do tostring(x) end" end,
  function() return "kept[#kept + 1] = task" end,
}

local function statements()
  local list = {}
  for i = 1, random(0, 3) do
    local form = random(12) == 1 and "%s" or "pcall(function() %s end)"
    list[i] = form:format(any(STATEMENTS)())
  end
  return table.concat(list, " ")
end

-- What a hook of this name should do, or anything.
local function ending(hook)
  local names = hook == "pick" and "cpu" or "task, cpu"
  if random(6) == 1 then return "return " .. any(VALUES) end
  if hook == "exit_task" then return "" end
  if hook == "enqueue" then return "self.base:enqueue(task)" end
  return ("return self.base.%s(self.base, %s)"):format(hook, names)
end

local function policy()
  local base = any { "rr", "fair", "priority" }
  local list = { ([[
local neap = require "neap"
local kept, q1, h1, h2 = {}, neap.fifo(), neap.heap(), neap.heap()
local p = { name = "fuzz", ticks = "always", base = %q }]]):format(base) }
  for _, hook in ipairs(HOOKS) do
    if random(2) == 1 then
      local names = hook == "pick" and "cpu" or "task, cpu"
      list[#list + 1] = ("function p:%s(%s) local task, cpu = task, cpu or 0 %s %s end"):format(
        hook, names, statements(), ending(hook))
    end
  end
  list[#list + 1] = "return p"
  return table.concat(list, "\n")
end

local DEEDS = {
  function(_, task) task:pause() end,
  function(_, task) task:resume() end,
  function(_, task) task.priority = random(0, 10) end,
  function(_, task) task.weight = random(1, 10000) end,
  function(_, task) task:signal "USR1" end,
  function(_, task) task:block() end,
  function(_, task) task:wake() end,
  function(rt) rt:task {} end,
  function(rt, task) if rt:stats().active > 2 then task:finish() end end,
  function(_, task) task.affinity = { 0 } end,
  function(rt) rt:set_cpus(random(1, 4)) end,
  function(rt, _, path) if random(4) == 1 then rt:set_policy(path) end end,
}

local function list_of(rt)
  local list = {}
  for task in rt:tasks() do list[#list + 1] = task end
  return list
end

local function free(task)
  if task.state == "paused" then task:resume() end
  if task.state == "blocked" then task:wake() end
  task.affinity, task.weight = nil, 100
end

local function check_all_run(rt)
  rt:set_policy "rr"
  local before = {}
  for _, task in ipairs(list_of(rt)) do
    free(task)
    before[task] = task.cpu_ns
  end
  rt:run(neap.s)
  for task, cpu_ns in pairs(before) do
    local runs = not task.alive or task.cpu_ns > cpu_ns -- a signal may have ended it
    luaunit.assertTrue(runs, tostring(task) .. " is lost")
  end
end

local function play(path, seed)
  local rt <close> = check.runtime { cpus = seed % 4 + 1, quantum = (seed % 2 * 8 + 2) * ms }
  rt:on("error", function() end)
  for _ = 1, seed % 9 + 1 do rt:task {} end
  rt:run(5 * ms)
  assert(rt:set_policy(path))
  for _ = 1, 30 do
    pcall(any(DEEDS), rt, any(list_of(rt)), path)
    rt:run(random(0, 12) * ms)
  end
  check_all_run(rt)
end

function TestFuzz.test_policies_of_all_seeds()
  for seed = 1, SEEDS do
    math.randomseed(seed)
    local text = policy()
    hostile.with_file(text, function(path)
      local ok, message = pcall(play, path, seed)
      if not ok then error(("seed %d: %s\n%s"):format(seed, message.msg or message, text), 0) end
    end)
  end
end

check.main()
