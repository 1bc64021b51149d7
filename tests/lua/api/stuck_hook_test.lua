-- stuck_hook_test.lua - `while true do end` in any hook of a policy that drives 20 real processes.
--
-- It is stopped within its budget and 1 ms of CPU time, and every process goes on.
--
-- ctest labels: process
-- ctest timeout: 120
local check = require "check"
local hostile = require "hostile"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestStuck
TestStuck = {}

local same = luaunit.assertEquals
local ms = neap.ms

local PROCESSES = 20
local LOOP = "while :; do :; done"
local BUDGET, RARE_BUDGET = 1 * ms, 100 * ms -- of a hook with a quantum of 10 ms; of init and exit
local BEYOND = 1 * ms
local TRIES = 3 -- other work may be charged to us, in a virtual machine

-- Drives the processes as `fair` does, until `loops_from`.
local STUCK = [[
local p = { name = "stuck", base = "fair", ticks = "always", loops_from = 0 }
function p:running(task, cpu)
  self:timer(1, self.now + 1000000)
  return self.base:running(task, cpu)
end
function p:slice() return 3 * self.quantum end
local hook, before = %q, p[%q]
p[hook] = function(self, ...)
  if self.now >= self.loops_from then while true do end end
  if before then return before(self, ...) end
  if self.base[hook] then return self.base[hook](self.base, ...) end
end
return p]]

local KEYED = [[
return { name = "stuck", loops_from = 0, key = function(self, task)
  if self.now >= self.loops_from then while true do end end
  return task.cpu_ns
end }]]

-- Of a policy that is asked outside decisions, or when it comes or goes: there it loops at once.
local RARE = [[
local p = { name = "stuck", base = "fair" }
function p:save() return {} end
function p:restore() end
function p:%s() while true do end end
return p]]

-- A live runtime that fails rather than hang, with the processes in it, and its reports.
local function busy(policy)
  local rt = assert(neap.runtime { policy = policy, cpus = 2, quantum = 10 * ms })
  local reports = {}
  rt:on("error", function(report)
    if report.kind ~= "log" then reports[#reports + 1] = report end
  end)
  rt:after(30 * neap.s, function() error "this takes too long" end)
  for i = 1, PROCESSES do assert(rt:spawn { "sh", "-c", LOOP, name = "loop" .. i }) end
  return rt, reports
end

local function all_run(rt, from)
  for task in rt:tasks() do
    if task.cpu_ns <= (from[task.id] or 0) then return false end
  end
  return true
end

-- Lets all processes run, further than they have.
local function go_on(rt)
  local from, n = {}, 0
  for task in rt:tasks() do from[task.id], n = task.cpu_ns, n + 1 end
  while not all_run(rt, from) do rt:run(20 * ms) end
  return n
end

-- fn() and the CPU time of this process in it, in ns.
local function cost(fn)
  local before = os.clock()
  fn()
  return (os.clock() - before) * neap.s
end

-- What happens to the processes so that each hook is called. The time is short: the hook is all
-- that can take long.
local STIR = {
  function(rt) rt:find(2):pause() end,
  function(rt) rt:find(2):resume() end,
  function(rt) rt:find(3).priority = 7 end,
  function(rt) rt:find(4):signal "URG" end,
  function(rt) rt:spawn { "sh", "-c", LOOP, name = "late" } end,
  function(rt) rt:find(5):kill "now" end,
}

-- The CPU time of the turn in which a stuck hook was stopped.
local function turn_of_stop(rt, loops_from)
  local stirred = 0
  for _ = 1, 1000 do
    if rt:now() >= loops_from then stirred = stirred + 1 end
    local spent = cost(function()
      if STIR[stirred] then STIR[stirred](rt) end
      rt:run(2 * ms)
    end)
    if rt:stats().ejections > 0 then return spent end
  end
  luaunit.fail("it is never called")
end

local function stop_of(hook, path)
  local rt <close>, reports = busy "rr"
  go_on(rt)
  local loops_from = rt:now() + 40 * ms
  assert(rt:set_policy(path, { loops_from = loops_from }))
  rt:run(30 * ms)
  local spent = turn_of_stop(rt, loops_from)
  rt:find(2):resume()
  same({ rt.policy, rt:stats().ejections }, { "fair", 1 })
  same({ #reports, reports[1].kind, reports[1].policy, reports[2].kind },
    { 2, "failure", "stuck", "ejected" })
  if hook ~= "key" then same(reports[1].hook, hook) end
  luaunit.assertStrContains(reports[1].message, "stopped")
  luaunit.assertTrue(go_on(rt) >= PROCESSES - 1)
  return spent
end

-- The least of some tries is what it takes.
local function within(bound, fn)
  local least = math.huge
  for _ = 1, TRIES do
    least = math.min(least, fn())
    if least <= bound then return end
  end
  luaunit.fail(("%d us of CPU time, more than %d"):format(least // 1000, bound // 1000))
end

for _, hook in ipairs { "enqueue", "dequeue", "pick", "slice", "running", "stopping", "tick",
  "preempt", "update", "signal", "timer", "init_task", "exit_task", "key" } do
  TestStuck["test_in_" .. hook .. "_it_is_stopped_and_ejected_and_all_processes_go_on"] = function()
    local text = hook == "key" and KEYED or STUCK:format(hook, hook)
    hostile.with_file(text, function(path)
      within(BUDGET + BEYOND, function() return stop_of(hook, path) end)
    end)
  end
end

-- By `act`, which is what calls the hook; then what is in charge, and the message.
local function rarely(hook, before, act, policy)
  hostile.with_file(RARE:format(hook), function(path)
    within(RARE_BUDGET + BEYOND, function()
      local rt <close>, reports = busy(before or path)
      go_on(rt)
      local message
      local spent = cost(function() message = act(rt, path) end)
      if hook ~= "exit" then luaunit.assertStrContains(message, "stopped") end
      same({ rt.policy, #reports }, { policy, 0 })
      same(go_on(rt), PROCESSES)
      return spent
    end)
  end)
end

local function take(rt, path)
  return select(2, rt:set_policy(path))
end

-- All cpus become free in one decision.
function TestStuck.test_it_is_entered_once_however_many_tasks_a_decision_asks_about()
  for _, hook in ipairs { "stopping", "enqueue", "tick", "slice" } do
    local text = ([[
local p = { name = "stuck", base = "rr", ticks = "always" }
function p:slice() return 3 * self.quantum end
local before = p.%s
function p:%s(...)
  if self.now >= 2 * self.quantum then
    self:log "entered"
    while true do end
  end
  return (before or self.base.%s)(before and self or self.base, ...)
end
return p]]):format(hook, hook, hook)
    hostile.with_file(text, function(path)
      local rt <close> = check.runtime { policy = path, cpus = 64, quantum = 10 * ms }
      local entered = 0
      rt:on("error", function(report)
        if report.message == "entered" then entered = entered + 1 end
      end)
      for _ = 1, 128 do rt:task {} end
      rt:run(100 * ms)
      same({ hook, rt.policy, entered }, { hook, "fair", 1 })
    end)
  end
end

function TestStuck.test_in_init_it_is_refused_and_all_processes_go_on()
  rarely("init", "rr", take, "round_robin")
end

function TestStuck.test_in_exit_it_has_gone_and_all_processes_go_on()
  rarely("exit", nil, function(rt) assert(rt:set_policy "rr") end, "round_robin")
end

function TestStuck.test_in_save_and_restore_the_old_one_stays_and_all_processes_go_on()
  rarely("save", nil, take, "stuck")
  rarely("restore", "rr", function(rt, path)
    local saving = { name = "saving", base = "fair", save = function() return {} end }
    assert(rt:set_policy(saving))
    return take(rt, path)
  end, "saving")
end

function TestStuck.test_in_explain_it_is_told_and_all_processes_go_on()
  rarely("explain", nil, function(rt) return rt:find(1):explain() end, "stuck")
end

check.main()
