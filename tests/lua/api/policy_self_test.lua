-- policy_self_test.lua - what `self` knows and can do inside a hook, and what cannot be done there.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestSelf
TestSelf = {}

local same = luaunit.assertEquals
local turns = check.turns
local under = check.under
local ms = neap.ms

-- self.

function TestSelf.test_it_knows_the_time_and_the_place()
  local seen = {}
  local p = neap.policy { name = "p", slice = function(self, task)
    local on = self:on_cpu(0)
    seen[#seen + 1] = { self.now, self.cpus, self.quantum, self.ready, on and on.id, task.id }
    return self.quantum
  end }
  local rt <close> = under(p, 3)
  rt:run(15 * ms)
  same(seen, { { 0, 1, 10 * ms, 2, nil, 1 }, { 10 * ms, 1, 10 * ms, 2, nil, 2 } })
end

function TestSelf.test_random_numbers_are_seeded_and_in_their_range()
  local function draw(seed)
    local list = {}
    local rt <close> = under(neap.policy { name = "p", slice = function(self)
      local n, m, f = self:random(6), self:random(-3, 3), self:random()
      luaunit.assertTrue(math.type(n) == "integer" and n >= 1 and n <= 6)
      luaunit.assertTrue(m >= -3 and m <= 3 and f >= 0 and f < 1)
      luaunit.assertTrue(math.type(self:random(math.mininteger, math.maxinteger)) == "integer")
      list[#list + 1] = n
      list[#list + 1] = f
      return ms
    end }, 2, { seed = seed })
    rt:run(200 * ms)
    same(rt:stats().failures, 0)
    return table.concat(list, " ")
  end
  same(draw(3), draw(3))
  luaunit.assertNotEquals(draw(3), draw(4))
end

function TestSelf.test_counters_logs_timers_and_resched()
  local p = neap.policy { name = "p" }
  function p:enqueue(task)
    self:count "arrivals"
    table.insert(self._queue, task)
  end
  function p:init() self._queue = {} end
  function p:dequeue() end
  function p:pick() return table.remove(self._queue, 1) end
  function p:slice()
    self:timer(1, self.now + 3 * ms)
    self:timer(2, self.now + 2 * ms)
    self:cancel_timer(2)
    return neap.forever
  end
  p.timer = function(self, id)
    self:log("timer " .. id)
    self:resched(0)
  end
  local rt <close>, reports = under(p, 2)
  same(turns(rt, 7 * ms), "1 2 1")
  same({ reports[1].kind, reports[1].message, #reports }, { "log", "timer 1", 2 })
  same(rt:stats().counters, { arrivals = 4 })
end

function TestSelf.test_the_verbs_refuse_what_is_wrong_and_are_not_there_in_init()
  local said = {}
  local function try(self, name, ...)
    local ok, message = pcall(self[name], self, ...)
    said[#said + 1] = ok and "fine" or message
  end
  local p = neap.policy { name = "p" }
  function p:init()
    try(self, "random")
    try(self, "timer", 1, 1)
  end
  function p:slice()
    try(self, "random", 0)
    try(self, "random", 2, 1)
    try(self, "on_cpu", 1)
    try(self, "resched", -1)
    try(self, "count", 1)
    try(self, "timer", "x", 1)
    for id = 1, 65 do try(self, "timer", id, neap.forever) end
    return self.quantum
  end
  local rt <close> = under(p, 1)
  rt:run(0)
  for i, part in ipairs { "not there in init", "not there in init", "interval is empty",
    "interval is empty", "cpu: 1 is out of range 0..0", "cpu: -1 is out of range",
    "count: expected a string", "timer: expected an integer", "fine" } do
    luaunit.assertStrContains(said[i], part)
  end
  luaunit.assertStrContains(said[#said], "a policy has up to 64 timers")
  same(said[#said - 1], "fine")
end

function TestSelf.test_outside_a_hook_there_is_no_context()
  local kept
  local p = neap.policy { name = "p", init = function(self) kept = self end }
  local rt = under(p)
  check.raises("while a hook runs only", function() return kept.now end)
  check.raises("while a hook runs only", function() kept:random() end)
  rt:close()
  check.raises("has been replaced", function() return kept.now end)
end

function TestSelf.test_two_runtimes_with_one_table_keep_separate_state()
  local p = neap.policy { name = "p", n = 0 }
  function p:slice()
    self.n = self.n + 1
    self:count("seen " .. self.n)
    return ms
  end
  local one <close> = under(p, 2)
  local two <close> = under(p, 2)
  one:run(2 * ms)
  two:run(5 * ms)
  same({ one:stats().dispatches, two:stats().dispatches, p.n }, { 3, 6, 0 })
  same(check.keys(one:stats().counters), { "seen 1", "seen 2", "seen 3" })
end

function TestSelf.test_the_table_is_read_once()
  local p = neap.policy { name = "p", slice = function() return ms end }
  local rt <close> = under(p, 2)
  p.slice = error
  p.name = nil
  same(turns(rt, 3 * ms), "1 2 1 2")
end

function TestSelf.test_the_api_is_closed_inside_a_hook()
  local calls = {
    function(rt) rt:run(0) end, function(rt) rt:run() end, function(rt) rt:close() end,
    function(rt) rt:task {} end, function(rt) rt:spawn { "true" } end,
    function(rt) rt:after(0, print) end, function(rt) rt:set_policy "rr" end,
    function(rt) rt:set_quantum(ms) end, function(rt) rt:set_cpus(2) end,
    function(rt) rt:pause() end, function(rt) rt:resume() end, function(rt) rt:trigger() end,
    function(rt) rt:yield() end, function(rt) rt:finish() end,
    function(rt) rt:find(1):boost() end, function(rt) rt:find(1).priority = 1 end,
    function(rt) rt:find(1).name = "x" end, function(rt) rt:find(1):pause() end,
    function(rt) rt:find(1):block() end, function(rt) rt:find(1):finish() end,
    function(rt) rt:find(1):kill() end, function(rt) rt:find(1):wait() end,
    function(rt) rt:find(1).affinity = { 0 } end,
  }
  local said, rt = {}, nil
  local p = neap.policy { name = "p", slice = function()
    for i, call in ipairs(calls) do
      said[i] = select(2, pcall(call, rt)) or ("call %d went"):format(i)
    end
    return neap.forever
  end }
  rt = under(p, 1)
  rt:run(ms)
  same(#said, #calls)
  for _, message in ipairs(said) do
    luaunit.assertStrContains(tostring(message), "not inside a policy hook")
  end
  same({ rt:stats().failures, rt:stats().active, rt.cpus }, { 0, 1, 1 })
  rt:close()
end

function TestSelf.test_signals_sent_in_a_hook_are_delivered_after_it()
  local p = neap.policy { name = "p", slice = function(self, task)
    task:signal "TERM"
    return self.quantum
  end }
  local rt <close> = under(p, 2)
  local ends = {}
  rt:on("exit", function(task, how, code) ends[task.id] = how .. " " .. code end)
  rt:run(ms)
  same(ends, { "signal 15", "signal 15" })
end

check.main()
