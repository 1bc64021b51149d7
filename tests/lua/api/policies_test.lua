-- policies_test.lua - policies in Lua: hooks over a base, all hooks, parameters.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestBase TestHooks TestParams TestRefused
TestBase = {}
TestHooks = {}
TestParams = {}
TestRefused = {}

local same = luaunit.assertEquals
local spent = check.spent
local turns = check.turns
local under = check.under
local ms = neap.ms

local function refuses(part, policy)
  policy.name = policy.name or "p"
  check.failed(71, part, neap.runtime { clock = "virtual", policy = policy })
end

-- A base.

function TestBase.test_one_hook_is_replaced_and_the_rest_is_the_bases()
  local rt <close> = under(neap.policy { name = "long", base = "rr",
    slice = function(self, task)
      return self.base:slice(task) * (task.id == 1 and 3 or 1)
    end }, 2)
  same(turns(rt, 79 * ms), "1 2 1 2")
  same({ rt:find(1).cpu_ns, rt:find(2).cpu_ns, rt.ideal }, { 60 * ms, 19 * ms, "equal" })
end

function TestBase.test_every_hook_may_call_the_one_that_it_replaces()
  local p = neap.policy { name = "through", base = "fair" }
  for _, hook in ipairs { "slice", "running", "stopping", "tick", "preempt", "update", "enqueue",
    "dequeue", "pick" } do
    p[hook] = function(self, ...) return self.base[hook](self.base, ...) end
  end
  local function run(policy)
    local rt <close>, reports = under(policy, 0, { cpus = 2 })
    for i = 1, 5 do rt:task { weight = 100 * i } end
    local list = turns(rt, 300 * ms)
    rt:find(2):pause()
    rt:find(3):boost()
    list = list .. turns(rt, 100 * ms)
    same(reports, {})
    return list .. " " .. rt:find(5).vruntime
  end
  same(run(p), run "fair")
end

function TestBase.test_base_answers_for_the_hook_at_hand_and_its_task_only()
  local wrong = {}
  local p = neap.policy { name = "p", base = "fair" }
  function p:slice(task)
    wrong[#wrong + 1] = select(2, pcall(self.base.running, self.base, task))
    wrong[#wrong + 1] = select(2, pcall(self.base.slice, self.base))
    wrong[#wrong + 1] = select(2, pcall(self.base.slice, self.base, self:on_cpu(0)))
    wrong[#wrong + 1] = select(2, pcall(self.base.enqueue, self.base, task))
    return self.base:slice(task)
  end
  local rt <close> = under(p, 1)
  rt:run(0)
  same(#wrong, 4)
  luaunit.assertStrContains(wrong[1], "base:running() is there inside the hook running only")
  luaunit.assertStrContains(wrong[2], "task expected")
  luaunit.assertStrContains(wrong[3], "task expected")
  luaunit.assertStrContains(wrong[4], "replaces a queue hook only")
end

function TestBase.test_a_task_can_be_in_bases_queue_once_only()
  local p = neap.policy { name = "p", base = "rr" }
  function p:enqueue(task, why)
    self.base:enqueue(task, why)
    local ok, message = pcall(self.base.enqueue, self.base, task, why)
    self._said = not ok and message
  end
  function p:pick(cpu)
    self:log(self._said)
    return self.base:pick(cpu)
  end
  local rt <close>, reports = under(p, 2)
  rt:run(15 * ms)
  luaunit.assertStrContains(reports[1].message, "is in base's queue already")
  same({ rt:stats().failures, spent(rt) }, { 0, 15 * ms })
end

function TestBase.test_what_pick_took_from_base_and_did_not_use_goes_back()
  local p = neap.policy { name = "p", base = "rr", idles = true }
  function p:pick(cpu)
    local task = self.base:pick(cpu)
    return self.now >= 50 * ms and task or nil
  end
  local rt <close> = under(p, 2)
  rt:run(70 * ms)
  same({ rt:find(1).cpu_ns, rt:find(2).cpu_ns, rt:stats().failures }, { 10 * ms, 10 * ms, 0 })
end

-- All hooks.

-- A FIFO that writes down every call.
local function recorder()
  local calls = {}
  local p = neap.policy { name = "recorder", ticks = "always" }
  local function note(name, ...)
    local words = { name }
    for i = 1, select("#", ...) do
      local value = select(i, ...)
      words[#words + 1] = type(value) == "userdata" and value.id or tostring(value)
    end
    calls[#calls + 1] = table.concat(words, " ")
  end
  function p:init(params)
    self._queue = {}
    note("init", type(params))
  end
  function p:enqueue(task, why)
    note("enqueue", task, why)
    table.insert(self._queue, why == "preempted" and 1 or #self._queue + 1, task)
  end
  function p:dequeue(task, why)
    note("dequeue", task, why)
    for i, other in ipairs(self._queue) do
      if other == task then table.remove(self._queue, i) end
    end
  end
  function p:pick(cpu)
    note("pick", cpu)
    return table.remove(self._queue, 1)
  end
  function p:slice(task)
    note("slice", task)
    return self.quantum
  end
  function p:timer(id)
    note("timer", id)
  end
  for _, hook in ipairs { "exit", "init_task", "exit_task", "running", "stopping", "tick",
    "preempt", "update", "signal" } do
    p[hook] = function(_, ...) note(hook, ...) end
  end
  local function since()
    local list = calls
    calls = {}
    return list
  end
  return p, since
end

function TestHooks.test_a_task_comes_runs_and_ends()
  local p, since = recorder()
  local rt = under(p)
  same(since(), { "init table" })
  local t = rt:task {}
  same(since(), { "init_task 1", "enqueue 1 new" })
  rt:run(0)
  same(since(), { "pick 0", "slice 1", "running 1 0" })
  rt:run(4 * ms)
  t:finish(3)
  same(since(), { "stopping 1 4000000 ended", "exit_task 1 exit 3" })
  rt:close()
  same(since(), { "exit closed" })
end

function TestHooks.test_expiry_preemption_and_yield()
  local p, since = recorder()
  p.tick = nil
  function p:preempt(task) return task.priority == 9 and 0 or nil end
  local rt <close> = under(p, 2)
  rt:run(5 * ms)
  since()
  rt:run(5 * ms)
  same(since(), { "stopping 1 10000000 expired", "enqueue 1 expired", "pick 0", "slice 2",
    "running 2 0" })
  rt:task { priority = 9 }
  since()
  rt:run(0)
  same(since(), { "stopping 2 0 preempted", "enqueue 2 preempted", "pick 0", "running 2 0" })
  rt:yield()
  rt:run(0)
  same(since(), { "stopping 2 0 yielded", "enqueue 2 yielded", "pick 0", "slice 1",
    "running 1 0" })
end

function TestHooks.test_sleep_pause_and_changes()
  local p, since = recorder()
  local rt <close> = under(p, 2)
  rt:run(ms)
  since()
  local a, b = rt:find(1), rt:find(2)
  b.priority = 6
  same(since(), { "dequeue 2 changed", "update 2 priority", "enqueue 2 changed" })
  a.weight = 5
  same(since(), { "stopping 1 1000000 changed", "update 1 weight", "running 1 0" })
  a.deadline = 5
  a.group = 1
  a.affinity = { 0 }
  same(since(), { "stopping 1 0 changed", "update 1 deadline", "running 1 0",
    "stopping 1 0 changed", "update 1 group", "running 1 0",
    "stopping 1 0 changed", "update 1 affinity", "running 1 0" })
  a:block()
  same(since(), { "stopping 1 0 blocked" })
  b:pause()
  same(since(), { "dequeue 2 paused" })
  rt:run(0)
  a:wake()
  b:resume()
  same(since(), { "enqueue 1 woken", "enqueue 2 resumed" })
  rt:run(0)
  same(since(), { "pick 0", "slice 1", "running 1 0", "preempt 2" })
  a:pause()
  b:finish()
  same(since(), { "stopping 1 0 paused", "dequeue 2 ended", "exit_task 2 exit 0" })
end

function TestHooks.test_ticks_signals_and_timers()
  local p, since = recorder()
  local slice = p.slice
  function p:slice(task)
    slice(self, task)
    self:timer(7, self.now + 15 * ms)
    return neap.forever
  end
  function p:tick(task, ran)
    self:log(("%d %d"):format(task.id, ran))
    return self.now >= 30 * ms
  end
  local rt <close>, reports = under(p, 1)
  rt:run(29 * ms)
  same(since()[7], "timer 7")
  same({ reports[1].message, reports[2].message }, { "1 10000000", "1 10000000" })
  rt:find(1):signal "USR1"
  same(since(), { "signal 1 10" })
  rt:run(ms)
  same(since(), { "stopping 1 0 expired", "enqueue 1 expired", "pick 0", "slice 1",
    "running 1 0" })
end

function TestHooks.test_a_change_of_policy_hands_every_task_over()
  local p, since = recorder()
  local rt <close> = under(p, 2)
  rt:run(ms)
  since()
  rt:set_policy "rr"
  same(since(), { "stopping 1 1000000 changed", "exit_task 1 nil 0", "dequeue 2 changed",
    "exit_task 2 nil 0", "exit replaced" })
  rt:run(ms)
  rt:set_policy(p)
  same(since(), { "init table", "init_task 1", "init_task 2", "running 1 0",
    "enqueue 2 changed" })
end

function TestHooks.test_hooks_may_be_added_as_methods_after_neap_policy()
  local p = neap.policy { name = "later" }
  luaunit.assertTrue(rawequal(neap.policy(p), p))
  function p:slice() return 3 * ms end
  local rt <close> = under(p, 2)
  same(turns(rt, 8 * ms), "1 2 1")
end

function TestHooks.test_a_table_with_only_a_name_is_first_come_first_served()
  local rt <close> = under(neap.policy { name = "nothing" }, 3)
  same(turns(rt, 39 * ms), "1 2 3 1")
  same(rt.policy, "nothing")
end

function TestHooks.test_init_may_refuse()
  refuses("not today", { init = function() return nil, "not today" end })
  refuses("init refused", { init = function() return false end })
  refuses("boom", { init = function() error "boom" end })
  local rt <close> = under { name = "p", init = function() return true end }
  same(rt.policy, "p")
end

function TestHooks.test_init_task_may_refuse_one()
  local rt <close> = under { name = "p", init_task = function(_, task)
    if task.priority > 5 then return nil, "too high" end
    return task.priority < 5 or nil
  end }
  check.failed(71, "policy p refuses task x: too high", rt:task { name = "x", priority = 6 })
  same({ rt:task({}).id, rt:task({ priority = 1 }).id, rt:stats().failures }, { 1, 2, 0 })
end

-- Parameters.

function TestParams.test_fields_are_parameters_with_defaults()
  local seen
  local p = neap.policy { name = "p", long = 5 * ms, share = 0.5, eager = false, label = "x",
    _own = 1, init = function(self, params)
      seen = { self.long, self.share, self.eager, self.label, params.long, self._own }
    end }
  do
    local rt <close> = under(p)
    same(tostring(rt), "runtime (p)")
  end
  same(seen, { 5 * ms, 0.5, false, "x", nil, 1 })
  local given = { long = "2ms", share = 1.5, eager = true, label = 7 }
  local rt <close> = under(p, 0, { params = given })
  same(rt.policy, "p")
  same(seen, { 2 * ms, 1.5, true, "7", 2 * ms, 1 })
  same(p.long, 5 * ms)
end

function TestParams.test_wrong_and_unknown_ones_are_refused()
  local p = { name = "p", long = 5, eager = false, _own = 1 }
  for _, case in ipairs {
    { { lng = 1 }, 'has no parameter "lng" (did you mean "long"?)' },
    { { _own = 2 }, 'has no parameter "_own"' },
    { { long = "soon" }, 'parameter long = "soon": expected a number or a duration' },
    { { eager = 1 }, 'parameter eager = "1": expected true or false' },
  } do
    check.failed(71, case[2], neap.runtime { clock = "virtual", policy = p, params = case[1] })
  end
end

function TestParams.test_those_of_the_base_go_to_the_base()
  local p = { name = "p", base = "priority", slice = function(self) return self.quantum end }
  local rt <close> = under(p, 0, { params = { aging = "20ms" } })
  local low = rt:task { priority = 1 }
  rt:task { priority = 9 }
  rt:run(neap.s)
  luaunit.assertTrue(low.cpu_ns > 0)
  p.aging = "10ms" -- a field of the same name is its default
  local again <close> = under(p)
  local last = again:task { priority = 1 }
  again:task { priority = 9 }
  again:run(neap.s)
  luaunit.assertTrue(last.cpu_ns > 0)
end

-- Refused tables.

function TestRefused.test_a_misspelt_hook_is_named_with_its_place_and_a_suggestion()
  refuses('unknown hook "enqeue" (did you mean "enqueue"?)', { enqeue = function() end })
  refuses("policies_test.lua:", { enqeue = function() end })
  refuses('unknown hook "help" (the names of your own functions begin with _)',
    { help = function() end })
  local rt <close> = under { name = "p", _help = function() end }
  same(rt.policy, "p")
end

function TestRefused.test_the_queue_hooks_come_together_and_a_key_comes_alone()
  local function hook() end
  refuses("enqueue, dequeue and pick come together", { enqueue = hook })
  refuses("enqueue, dequeue and pick come together", { enqueue = hook, pick = hook })
  refuses("enqueue, dequeue and pick come together", { dequeue = hook, pick = hook })
  refuses("key is the whole order", { key = hook, base = "fair" })
  for _, other in ipairs { "enqueue", "dequeue", "pick" } do
    refuses("key is the whole order", { key = hook, [other] = hook })
  end
end

function TestRefused.test_declarations_are_checked()
  refuses('base "fiar" is no policy in C (did you mean "fair"?)', { base = "fiar" })
  refuses('base "lottery" is no policy in C', { base = "lottery" })
  refuses("base: expected a string", { base = {} })
  refuses("starves: expected true or false", { starves = 1 })
  refuses("idles: expected true or false", { idles = "yes" })
  refuses('ticks: "never" is not "always"', { ticks = "never" })
  refuses('ideal: "best" is not "weight" or "equal"', { ideal = "best" })
  refuses("summary: expected a string", { summary = 1 })
  refuses("the hook pick must be a function, not a number", { pick = 1 })
  refuses("hooks from a metatable are not looked at", setmetatable({}, {}))
  check.raises("a policy needs a name", neap.policy, {})
  check.raises("name: expected a string", neap.policy, { name = 1 })
  check.raises('not ""', neap.policy { name = "x" } and neap.policy, { name = "" })
  check.raises("table expected", neap.policy, "fair")
end

-- What it used when it was light is not paid for at the price of the heavy.
function TestBase.test_under_fair_one_that_becomes_heavy_does_not_wait_for_its_light_past()
  local rt <close> = check.runtime { policy = "fair" }
  local light = rt:task { name = "light", weight = 1 }
  local heavy = rt:task { name = "heavy", weight = 10000 }
  rt:run(neap.s)
  luaunit.assertEquals(light.cpu_ns, 10 * neap.ms)
  light.weight = 10000
  local before = heavy.cpu_ns
  rt:run(neap.s)
  luaunit.assertTrue(math.abs(heavy.cpu_ns - before - neap.s // 2) <= 20 * neap.ms)
end

check.main()
