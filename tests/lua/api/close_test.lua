-- close_test.lua - runtimes end: closed, left by a block, collected, twice, with tasks running.
--
-- ctest labels: process
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestClose TestCollected TestTwo
TestClose = {}
TestCollected = {}
TestTwo = {}

local same = luaunit.assertEquals
local ms = neap.ms

local function is_running(pid)
  local file <close> = io.open(("/proc/%d/stat"):format(pid))
  local state = file and file:read("a"):match(".*%) (%a)")
  return state ~= nil and state ~= "Z" and state ~= "X"
end

function TestClose.test_a_closed_runtime_refuses_everything_but_close()
  local rt = check.runtime()
  local timer = rt:after(ms, print)
  rt:close()
  rt:close()
  same(tostring(rt), "runtime (closed)")
  for _, method in ipairs { "run", "stop", "now", "spawn", "task", "tasks", "find", "current",
    "after", "every", "cancel", "on", "off", "on_child", "on_signal", "set_policy", "set_quantum",
    "set_cpus", "pause", "resume", "trigger", "yield", "stats", "finish", "placement" } do
    check.raises("the runtime is closed", rt[method], rt, timer)
  end
  for _, field in ipairs { "policy", "quantum", "cpus", "ideal" } do
    check.raises("the runtime is closed", function() return rt[field] end)
  end
end

function TestClose.test_it_ends_the_tasks_and_tells_their_exits()
  local rt = check.runtime()
  local ends = {}
  rt:on("exit", function(task, how, code)
    ends[#ends + 1] = { task.id, how, code, task.cpu_ns, task.alive }
    check.raises("the runtime is closed", rt.task, rt, {})
    check.raises("the runtime is closed", function() task.priority = 3 end)
  end)
  rt:on("switch", function() error "nothing else is told" end)
  rt:task {}
  rt:task {}
  pcall(rt.run, rt, 3 * ms)
  pcall(rt.run, rt, 3 * ms)
  rt:close()
  same(ends, { { 1, "ended", 0, 3 * ms, true }, { 2, "ended", 0, 0, true } })
end

function TestClose.test_an_error_in_the_last_exit_handlers_is_raised_and_all_is_closed()
  local rt = check.runtime()
  rt:on("exit", function() error "too late" end)
  local t = rt:task {}
  check.raises("too late", rt.close, rt)
  luaunit.assertFalse(t.alive)
  rt:close()
  same(tostring(rt), "runtime (closed)")
end

function TestClose.test_leaving_a_block_closes_even_by_an_error()
  local kept
  check.raises("out", function()
    local rt <close> = check.runtime()
    kept = rt
    rt:task {}
    error "out"
  end)
  same(tostring(kept), "runtime (closed)")
end

function TestClose.test_timers_and_coroutines_do_not_keep_a_closed_runtime_busy()
  local rt = check.runtime()
  rt:every(ms, error)
  rt:after(ms, error)
  rt:task {}
  rt:close()
end

function TestClose.test_real_processes_are_ended()
  local rt = assert(neap.runtime { cpus = 1, grace = "200ms" })
  local quiet = assert(rt:spawn { "sleep", "1000" })
  local deaf = assert(rt:spawn { "sh", "-c", "trap '' TERM; while :; do :; done" })
  rt:after(10 * neap.s, function() error "they did not start" end)
  while not (quiet.pid and deaf.pid and quiet.state ~= "starting" and deaf.state ~= "starting") do
    rt:run(10 * ms)
  end
  local pids = { quiet.pid, deaf.pid }
  rt:close()
  same({ is_running(pids[1]), is_running(pids[2]) }, { false, false })
end

function TestClose.test_a_job_that_has_not_started_is_cancelled()
  local rt = assert(neap.runtime { cpus = 1 })
  local how
  rt:on("exit", function(_, word) how = word end)
  assert(rt:spawn { "sleep", "1000" })
  rt:close()
  same(how, "cancelled")
end

-- Collected.

local function collect()
  for _ = 1, 3 do collectgarbage() end
end

function TestCollected.test_a_runtime_that_nobody_holds_is_collected_with_its_handlers()
  local weak = setmetatable({}, { __mode = "k" })
  do
    local rt = check.runtime { policy = neap.policy { name = "p", key = function() return 1 end } }
    local t = rt:task {}
    t.data = rt
    rt:on("exit", function() return rt end)
    rt:every(ms, function() return t end)
    rt:run(2 * ms)
    weak[rt] = true
  end
  collect()
  luaunit.assertNil(next(weak))
end

function TestCollected.test_a_collected_runtime_ends_its_processes()
  local pid
  do
    local rt = assert(neap.runtime { cpus = 1 })
    local t = assert(rt:spawn { "sleep", "1000" })
    rt:after(10 * neap.s, function() error "it did not start" end)
    while not t.pid or t.state == "starting" do rt:run(10 * ms) end
    pid = t.pid
  end
  collect()
  luaunit.assertFalse(is_running(pid))
end

function TestCollected.test_a_runtime_is_not_collected_while_it_runs()
  local called = false
  do
    local rt = check.runtime()
    rt:after(ms, function()
      collect()
      called = true
    end)
    rt:run(ms)
  end
  luaunit.assertTrue(called)
end

function TestCollected.test_many_runtimes_come_and_go()
  for i = 1, 300 do
    local rt = check.runtime { policy = i % 2 == 0 and "lottery" or "fair" }
    rt:task {}
    rt:run(ms)
    if i % 3 == 0 then rt:close() end
  end
  collect()
end

-- Two at a time.

function TestTwo.test_runtimes_do_not_know_of_each_other()
  local one <close> = check.runtime()
  local two <close> = check.runtime { policy = "fair" }
  local a, b = one:task { name = "a" }, two:task { name = "b" }
  one:run(5 * ms)
  same({ a.id, b.id, a.cpu_ns, b.cpu_ns, one:now(), two:now() }, { 1, 1, 5 * ms, 0, 5 * ms, 0 })
  luaunit.assertFalse(rawequal(one:find(1), two:find(1)))
  one:close()
  two:run(ms)
  same({ b.cpu_ns, a.alive }, { ms, false })
end

function TestTwo.test_a_live_and_a_virtual_one_stand_side_by_side()
  local live <close> = assert(neap.runtime { cpus = 1 })
  local sim <close> = check.runtime()
  local job, task = assert(live:spawn { "true" }), sim:task {}
  sim:run(neap.hour)
  same({ { job:wait() }, task.cpu_ns }, { { "exit", 0 }, neap.hour })
end

check.main()
