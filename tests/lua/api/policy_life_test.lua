-- policy_life_test.lua - what a policy in Lua leaves behind, whenever and however it ends.
local check = require "check"
local hostile = require "hostile"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestCarry TestLife TestMessages TestQueues
TestCarry = {}
TestLife = {}
TestMessages = {}
TestQueues = {}

local same = luaunit.assertEquals
local raises = check.raises
local under = check.under
local ms = neap.ms

-- All hooks, each of which makes garbage, keeps its task and says so.
local BUSY = [[
local neap = require "neap"
local p = neap.policy { name = "busy", base = "fair", ticks = "always" }
local kept, last = {}, nil
local function note(self, task)
  kept[#kept % 50 + 1] = { task, self }
  if last and not last.alive then pcall(function() return last.name end) end
  last = task
end
for _, hook in ipairs { "slice", "running", "stopping", "tick", "preempt", "update", "enqueue",
  "dequeue" } do
  p[hook] = function(self, task, ...)
    note(self, task)
    return self.base[hook](self.base, task, ...)
  end
end
function p:pick(cpu)
  self:timer(cpu, self.now + 3 * neap.ms)
  return self.base:pick(cpu)
end
function p:timer() self:count "timers" end
p.signal, p.init_task, p.exit_task = note, function() end, note
function p:exit() for _, pair in ipairs(kept) do tostring(pair[1]) end end
return p]]

local function with_busy(fn)
  hostile.with_file(BUSY, fn)
end

local function stirred(path, time)
  local rt = under(path, 5, { cpus = 2, quantum = 2 * ms })
  rt:after(time, function() rt:stop() end)
  rt:after(time // 2, function()
    rt:find(1):finish()
    rt:find(2):pause()
    rt:find(3):signal "USR1"
    rt:find(4).priority = 9
    rt:task {}
  end)
  rt:run(100 * ms)
  return rt
end

-- Life.

function TestLife.test_a_runtime_is_closed_at_every_point_of_a_run()
  with_busy(function(path)
    for k = 0, 60 do
      local rt = stirred(path, k * ms // 4)
      same({ rt.policy, rt:stats().failures }, { "busy", 0 })
      rt:close()
      raises("closed", rt.run, rt, 0)
    end
  end)
end

function TestLife.test_a_runtime_that_nobody_closes_is_collected()
  with_busy(function(path)
    for k = 0, 20 do
      stirred(path, k * ms)
      collectgarbage()
    end
  end)
end

function TestLife.test_it_is_closed_in_a_handler_of_any_event()
  with_busy(function(path)
    for _, event in ipairs { "switch", "exit", "error" } do
      for at = 1, 10 do
        local rt <close> = under(path, 5, { cpus = 2 })
        local n, refused = 0, nil
        rt:on(event, function()
          n = n + 1
          if n == at then refused = not pcall(rt.close, rt) end
        end)
        if event == "error" then rt:set_policy { name = "p", slice = error } end
        for i = 1, 5 do rt:after(i * 7 * ms, function() rt:task {}:finish() end) end
        pcall(rt.run, rt, 50 * ms)
        luaunit.assertTrue(n < at or refused ~= nil)
      end
    end
  end)
end

function TestLife.test_no_hook_closes_its_runtime()
  for _, hook in ipairs { "init_task", "enqueue", "pick", "slice", "running", "stopping" } do
    local p, rt = neap.policy { name = "p", base = "rr" }, nil
    p[hook] = function() rt:close() end
    rt = check.runtime()
    local reports = {}
    rt:on("error", function(report) reports[#reports + 1] = report.message end)
    rt:set_policy(p)
    for _ = 1, 3 do rt:task {} end
    rt:run(50 * ms)
    luaunit.assertStrContains(reports[1], "not inside a policy hook")
    same({ rt.policy, rt:stats().active }, { "fair", 3 })
    rt:close()
  end
end

function TestLife.test_policies_come_and_go_at_every_point_of_a_run()
  with_busy(function(path)
    local rt <close>, reports = under(path, 5, { cpus = 2, quantum = 2 * ms })
    for k = 1, 200 do
      assert(rt:set_policy(k % 3 == 0 and "rr" or path))
      rt:run(k % 7 * ms // 3)
    end
    same({ rt:stats().failures, #reports, rt:stats().active }, { 0, 0, 5 })
  end)
end

-- 8 MB would hold 40,000 handles.
function TestLife.test_handles_of_tasks_that_have_ended_are_collected()
  with_busy(function(path)
    local rt <close> = under(path, 0, { quantum = ms })
    for _ = 1, 100000 do assert(rt:task {}):finish() end
    rt:run(ms)
    same({ rt:stats().failures, rt.policy, rt:stats().active }, { 0, "busy", 0 })
  end)
end

function TestLife.test_more_tasks_than_there_is_memory_for_are_refused_and_the_rest_goes_on()
  hostile.with_file("return { name = 'p', slice = function(self) return self.quantum end }",
    function(path)
      local rt <close> = under(path)
      local n, message = 0, nil
      while not message and n <= 100000 do
        message = select(2, rt:task {})
        n = n + 1
      end
      luaunit.assertTrue(n > 10000 and n < 100000, n .. " tasks")
      luaunit.assertStrContains(message, "a policy file may have 8192 KiB")
      rt:run(50 * ms)
      luaunit.assertTrue(rt:stats().active >= n - 1)
    end)
end

-- What a policy kept in the script's state, used when it is not in charge any more.
function TestLife.test_self_outlives_its_policy_and_its_runtime()
  local kept
  local p = neap.policy { name = "p", base = "rr" }
  function p:slice(task)
    kept = { self = self, task = task, base = self.base, log = self.log }
    return self.quantum
  end
  local rt = under(p, 2)
  rt:run(ms)
  for _, how in ipairs { "set_policy", "close" } do
    rt[how](rt, "fair")
    collectgarbage()
    for _, fn in ipairs {
      function() return kept.self.now end, function() kept.self:log "x" end,
      function() kept.log(kept.self, "x") end, function() kept.base:slice(kept.task) end,
      function() kept.base:pick(0) end, function() kept.self:random() end,
    } do
      luaunit.assertFalse(pcall(fn))
    end
  end
  same(kept.task.alive, false)
end

-- What is told of a policy with this exit when act(rt) has been called and the runtime is closed.
local function last_words(exit, act)
  local heard = {}
  hostile.with_file("local p = { name = 'p', base = 'rr' }\nfunction p:exit(why) " .. exit
    .. " end\nreturn p", function(path)
    local rt, reports = under(path, 2)
    rt:run(ms)
    act(rt)
    rt:close()
    for i, r in ipairs(reports) do
      heard[i] = ("%s %s %s: %s"):format(r.kind, r.policy, r.hook, r.message:gsub("/.*:2: ", ""))
    end
  end)
  return heard
end

function TestLife.test_what_exit_logs_is_told_whenever_it_comes()
  local exit = "self:log('bye: ' .. why) print 'printed'"
  local function nothing() end
  local function replaced(rt) assert(rt:set_policy "fair") rt:run(ms) end
  same(last_words(exit, nothing), { "log p nil: bye: closed", "log p nil: printed" })
  same(last_words(exit, replaced), { "log p nil: bye: replaced", "log p nil: printed" })
end

function TestLife.test_an_exit_that_fails_is_told_and_counted_and_is_no_reason_to_stay()
  local said = "failure p exit: no"
  same(last_words("error 'no'", function() end), { said })
  same(last_words("error 'no'", function(rt)
    assert(rt:set_policy "fair")
    rt:run(ms)
    same({ rt.policy, rt:stats().failures, rt:stats().ejections }, { "fair", 1, 0 })
  end), { said })
end

function TestLife.test_an_error_in_the_handler_of_the_last_words_harms_nobody()
  hostile.with_file("return { name = 'p', exit = function(self) self:log 'bye' end }",
    function(path)
      local rt = check.runtime { policy = path }
      local told
      rt:on("error", function()
        told = pcall(rt.stats, rt) or pcall(rt.close, rt)
        error "in the handler"
      end)
      rt:run(ms)
      pcall(rt.close, rt)
      raises("closed", rt.stats, rt)
      same(told, true) -- rt:close() of a closed one does no harm
    end)
end

-- What one policy saves for the next, and what it explains.

local function saving(body, fn)
  hostile.with_file("local p = { name = 'p', restore = print }\nfunction p:save() " .. body
    .. " end\nfunction p:explain(task) " .. body .. " end\nreturn p", fn)
end

function TestCarry.test_what_cannot_be_saved_leaves_the_old_policy_in_charge()
  local from = os.clock()
  for body, told in pairs {
    ["return print"] = "a function is no plain data",
    ["return { {}, { [print] = 1 } }"] = "a function is no plain data",
    ["local t = {} t.t = t return t"] = "nested deeper than 100, or in a circle",
    ["error '\\27[2J'"] = "\\027[2J",
    ["error(setmetatable({}, { __tostring = error }))"] = "save",
    ["while true do end"] = "stopped",
    ["local t = {} for i = 1, 1e9 do t[i] = { i } end"] = "s",
    ["local t = { 1 } for _ = 1, 90 do t = { t, t } end return t"] = "memory",
    ["local t, s = {}, ('x'):rep(1000000) for i = 1, 1000 do t[i] = s end return t"] = "of text",
  } do
    saving(body, function(path)
      local rt <close> = under(path, 3)
      rt:run(10 * ms)
      local ok, message = rt:set_policy(path)
      same({ body, ok, rt.policy }, { body, nil, "p" })
      luaunit.assertStrContains(message, told)
      luaunit.assertNil(message:find "%c")
      rt:run(50 * ms)
      same({ check.spent(rt), rt:stats().active }, { 60 * ms, 3 })
    end)
  end
  luaunit.assertTrue(os.clock() - from < 5)
end

function TestCarry.test_what_is_explained_is_short_visible_and_in_time()
  for body, told in pairs {
    ["return '\\27[2J' .. task.id"] = "\\027[2J1",
    ["return ('x'):rep(100000)"] = "xxx...",
    ["while true do end"] = "stopped",
    ["error '\\27'"] = "\\027",
  } do
    saving(body, function(path)
      local rt <close> = under(path, 1)
      rt:run(ms)
      local text = rt:find(1):explain()
      luaunit.assertStrContains(text, told)
      luaunit.assertTrue(#text <= 300 and not text:find "%c")
    end)
  end
  saving("return {}", function(path)
    local rt <close> = under(path, 1)
    rt:run(ms)
    luaunit.assertNil(rt:find(1):explain())
  end)
end

-- Messages.

local function message_of(body, text)
  local first
  hostile.with_file("local p = { name = 'p' }\nfunction p:slice(task) " .. body
    .. " end\nreturn p", function(path)
    local rt <close>, reports = under(path, 1)
    rt:run(0)
    first = reports[#reports] -- it may be told to be slow before
    same({ rt.policy, first.kind, rt:stats().failures }, { "p", "failure", 1 })
  end)
  luaunit.assertStrContains(first.message, text)
  return first
end

function TestMessages.test_of_every_kind_of_error()
  message_of("error()", "(an error object: a nil)")
  message_of("error(nil)", "(an error object: a nil)")
  message_of("error({})", "(an error object: a table)")
  message_of("error(task)", "task 1")
  message_of("error(print)", "(an error object: a function)")
  message_of("error(17)", "17")
  message_of("error(true)", "(an error object: a boolean)")
  message_of("error('')", ":2: ")
  message_of("error('a\\nb\\0c\\27[2J\\127\\r\\tz', 0)", "a\\nb\\000c\\027[2J\\127\\013\tz")
  message_of("error('\\u{e9}\\u{20ac}\\u{1f600} \\u{9b}2J \\xff \\xc3', 0)",
    "é€😀 \\194\\1552J \\255 \\195")
  message_of("error('\\xed\\xa0\\x80 \\xc0\\x80 \\xf8\\x88\\x80\\x80\\x80', 0)",
    "\\237\\160\\128 \\192\\128 \\248\\136")
  message_of("error(setmetatable({}, { __tostring = function() return 'an object' end }))",
    "an object")
  message_of("error(setmetatable({}, { __tostring = function() return {} end }))",
    "'__tostring' must return a string")
  message_of("error(setmetatable({}, { __tostring = function() error 'again' end }))", "again")
  message_of("error(setmetatable({}, { __tostring = 7 }))", "attempt to call")
  message_of("error(setmetatable({}, { __name = '\\27', __metatable = 1 }))", "a table")
end

function TestMessages.test_a_message_is_cut_between_characters()
  for _, unit in ipairs { "x", "é", "€", "😀", "\\0" } do
    local got = message_of("error(('" .. unit .. "'):rep(1 << 18), 0)", "...").message
    luaunit.assertTrue(#got > 490 and #got < 512 and utf8.len(got) ~= nil, #got)
  end
end

function TestMessages.test_a_traceback_is_cut_and_has_its_lines()
  local trace = message_of("local function f(n) if n == 0 then error 'deep' end return 1 + f(n - 1)"
    .. " end return f(150)", "deep").trace
  luaunit.assertStrContains(trace, "stack traceback:\n\t")
  luaunit.assertTrue(#trace < 2048)
end

function TestMessages.test_what_init_and_init_task_say()
  local function told(body)
    local message
    hostile.with_file("local p = { name = 'p' }\n" .. body .. "\nreturn p", function(path)
      local rt <close> = check.runtime()
      rt:task {}
      message = select(2, rt:set_policy(path))
      same(rt.policy, "round_robin")
    end)
    return message
  end
  luaunit.assertStrContains(told "function p:init() return nil, '\\27[2J' end", "\\027[2J")
  luaunit.assertStrContains(told "function p:init() return false, ('x'):rep(1e5) end", "xxx...")
  luaunit.assertStrContains(told "function p:init() error '\\27[2J' end", "\\027[2J")
  luaunit.assertStrContains(told "function p:init_task() return nil, '\\27[2J' end", "\\027[2J")
  luaunit.assertStrContains(told "function p:init() while true do end end", "stopped")
end

-- Queues.

function TestQueues.test_of_another_runtimes_tasks()
  local other = check.runtime()
  local foreign = other:task {}
  local p = neap.policy { name = "p", base = "rr" }
  local q = neap.fifo()
  q:push(foreign)
  function p:pick(cpu)
    self.base:pick(cpu)
    return q:peek()
  end
  local rt <close>, reports = under(p, 2)
  rt:run(50 * ms)
  luaunit.assertStrContains(reports[1].message, "task 1 of another runtime")
  same({ rt.policy, rt:stats().failures, check.spent(rt) }, { "fair", 3, 50 * ms })
  other:close()
  same(#q, 0)
end

function TestQueues.test_one_queue_for_two_runtimes_and_for_one_policy_after_another()
  local q = neap.heap()
  local p = neap.policy { name = "p" }
  function p:enqueue(task) q:push(task, task.id) end
  function p:dequeue(task) q:remove(task) end
  function p:pick() return (q:pop()) end
  local a, b = under(p, 3), under(p, 3)
  a:run(ms)
  b:run(ms)
  a:set_policy(neap.policy(p))
  a:run(50 * ms)
  b:run(50 * ms)
  a:close()
  b:run(50 * ms)
  same(check.spent(b), 101 * ms)
  b:close()
  same(#q, 0)
end

function TestQueues.test_a_hundred_thousand_tasks()
  local p = neap.policy { name = "p" }
  function p:init() self.q = neap.heap() end
  function p:enqueue(task) self.q:push(task, task.cpu_ns) end
  function p:dequeue(task) self.q:remove(task) end
  function p:pick(cpu) return (self.q:pop(cpu)) end
  local rt, reports = under(p, 100000, { cpus = 4, quantum = ms })
  rt:run(500 * ms)
  same({ #reports, rt:stats().active, check.spent(rt) }, { 0, 100000, 2 * neap.s })
  rt:close()
end

check.main()
