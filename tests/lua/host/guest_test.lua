-- guest_test.lua - neap_lua_open(): a runtime of the host's, and what its scripts may do with it.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestGuest TestErrors TestEnds host
TestGuest, TestErrors, TestEnds = {}, {}, {}

local same = luaunit.assertEquals
local ms = neap.ms

local function open(clock)
  local address = host.new(clock or "virtual")
  return assert(host.open(address)), address
end

function TestGuest.test_opened_again_it_is_the_same()
  local rt, address = open()
  luaunit.assertTrue(rawequal(rt, (host.open(address))))
  same({ tostring(rt), rt.policy, rt.cpus }, { "runtime (round_robin)", "round_robin", 1 })
  host.free(address)
end

function TestGuest.test_both_see_the_tasks_of_either()
  local rt, address = open()
  local ends = {}
  rt:on("exit", function(task, how, code) ends[#ends + 1] = task.name .. how .. code end)
  local id = host.add(address, "his")
  local mine = rt:task { name = "mine", data = "kept" }
  local his = rt:find(id)
  luaunit.assertTrue(rawequal(his, rt:find(id)))
  same({ his.name, mine.data, tostring(his) }, { "his", "kept", "task 1 (his)" })
  his.data = { 1 }
  same(host.run(address, 20 * ms), 0)
  same({ his.cpu_ns, mine.cpu_ns, rt:now() }, { 10 * ms, 10 * ms, 20 * ms })
  host.finish(address, mine.id, 3)
  host.finish(address, id)
  rt:run(ms)
  same(ends, { "mineexit3", "hisexit0" })
  same({ host.heard() }, { 2, 1, "", false })
  same({ his.alive, mine:wait() }, { false, "exit", 3 })
  host.free(address)
end

function TestGuest.test_a_switch_names_tasks_that_nobody_has_asked_for()
  local rt, address = open()
  local names = {}
  rt:on("switch", function(_, _, to) names[#names + 1] = to and to.name or "-" end)
  host.add(address, "a")
  host.add(address, "b")
  host.run(address, 25 * ms)
  same(table.concat(names, " "), "a b a")
  same(#names, 3)
  host.free(address)
end

function TestGuest.test_a_policy_in_Lua_decides_for_the_hosts_tasks()
  local rt, address = open()
  host.add(address, "first")
  local seen = {}
  assert(rt:set_policy(neap.policy { name = "p", base = "rr",
    init_task = function(_, task) seen[#seen + 1] = task end }))
  local mine = rt:task { name = "mine" }
  host.add(address, "second")
  same({ seen[1].name, seen[2].name, seen[3].name }, { "first", "mine", "second" })
  luaunit.assertTrue(rawequal(seen[2], mine) and rawequal(seen[1], rt:find(1)))
  same({ rt:set_policy "lottery" }, { true })
  same(host.run(address, 100 * ms), 0)
  same(rt.policy, "lottery")
  host.free(address)
end

function TestGuest.test_a_refused_task_leaves_nothing()
  local rt, address = open()
  local kept
  assert(rt:set_policy(neap.policy { name = "p", base = "rr",
    init_task = function(_, task) kept = task return false, "no" end }))
  local task, message = rt:task {}
  same({ task, message:match "no$", kept.alive }, { nil, "no", false })
  host.free(address)
end

function TestGuest.test_coroutines_timers_and_processes_go_on_while_the_host_runs_the_loop()
  local rt, address = open "live"
  local done
  rt:go(function()
    local job = assert(rt:spawn { "sh", "-c", "exit 4" })
    done = { job:wait() }
    rt:stop()
  end)
  host.run(address, 10 * neap.s)
  same(done, { "exit", 4 })
  local exits, with_user, _, is_script = host.heard()
  same({ exits, with_user, is_script }, { 1, 0, false })
  host.free(address)
end

function TestGuest.test_the_loop_is_run_by_one_at_a_time_and_closed_by_the_host()
  local rt, address = open()
  local seen
  rt:after(ms, function() seen = host.run(address, ms) end)
  luaunit.assertTrue(rt:run())
  same(seen, 16)
  check.raises("the runtime is the host's", rt.close, rt)
  host.free(address)
end

function TestGuest.test_one_state_at_a_time()
  local _, address = open()
  luaunit.assertStrContains(host.elsewhere(address, ""), "has a listener already")
  host.free(address)
end

-- Errors.

function TestErrors.test_in_the_scripts_own_run_they_are_raised_there()
  local rt, address = open()
  rt:after(ms, function() error "mine" end)
  check.raises("mine", rt.run, rt)
  same({ select(3, host.heard()) }, { "", false })
  host.free(address)
end

function TestErrors.test_while_the_host_runs_the_loop_they_are_reports_and_it_goes_on()
  local rt, address = open()
  local reports = {}
  rt:after(ms, function() error "his" end)
  same(host.run(address, 3 * ms), 0)
  same(rt:now(), 3 * ms)
  luaunit.assertStrContains(select(3, host.heard()), "his")
  luaunit.assertTrue((select(4, host.heard())))
  rt:on("error", function(report) reports[#reports + 1] = report.kind end)
  rt:go(error, "in a coroutine")
  same(host.run(address, ms), 0)
  luaunit.assertStrContains(select(3, host.heard()), "in a coroutine")
  same(reports, { "script" })
  host.free(address)
end

function TestErrors.test_a_handler_of_errors_that_fails_is_told_once()
  local rt, address = open()
  local calls = 0
  rt:on("error", function() calls = calls + 1 error "worse" end)
  rt:go(error, "bad")
  same(host.run(address, 3 * ms), 0)
  same(calls, 1)
  luaunit.assertStrContains(select(3, host.heard()), "worse")
  host.free(address)
end

-- Ends.

function TestEnds.test_the_hosts_free_ends_the_scripts_part_first()
  local rt, address = open()
  local said = {}
  local mine, id = rt:task {}, host.add(address, "his")
  local his = rt:find(id)
  rt:every(ms, function() said[#said + 1] = "timer" end)
  rt:on("exit", function() said[#said + 1] = "exit" end)
  assert(rt:set_policy(neap.policy { name = "p", base = "rr",
    exit = function(_, why) said[#said + 1] = "policy " .. why end }))
  rt:go(function()
    local _ <close> = setmetatable({}, { __close = function() said[#said + 1] = rt.policy end })
    mine:wait()
  end)
  host.run(address, 0)
  host.free(address)
  same(said, { "p", "policy replaced" })
  same({ mine.alive, his.alive, tostring(rt) }, { false, false, "runtime (closed)" })
  check.raises("the runtime is closed", rt.run, rt)
  same((host.heard()), 2)
end

function TestEnds.test_the_runtime_outlives_the_state()
  local address = host.new "virtual"
  same(host.elsewhere(address, [[
    local rt = ...
    local neap = require "neap"
    assert(rt:set_policy(neap.policy { name = "p", key = function() return 1 end }))
    rt:task {}
    rt:every(5 * neap.ms, error)
    rt:on("exit", error)
    rt:go(function() rt:sleep(neap.hour) end)
    rt:run(neap.ms) ]]), nil)
  host.add(address, "his")
  same(host.run(address, 20 * ms), 0)
  local rt = host.open(address)
  same({ rt.policy, rt:find(1).alive, rt:find(1).cpu_ns + rt:find(2).cpu_ns },
    { "fair", true, 21 * ms })
  host.free(address)
  same({ select(3, host.heard()) }, { "", false })
end

function TestEnds.test_children_are_watched_until_the_state_ends()
  local address = host.new "live"
  local path = os.tmpname()
  local child = assert(io.popen(("echo $$ >%s; read -r _; exit 3"):format(path), "w"))
  local pid
  while not pid do
    local file <close> = assert(io.open(path))
    pid = file:read "n"
  end
  os.remove(path)
  same(host.elsewhere(address, ([[
    local rt = ...
    assert(rt:on_child(%d, error))
    rt:run(1) ]]):format(pid)), nil)
  child:write "\n"
  child:flush()
  same(host.run(address, 10 * neap.s), 0)
  same({ child:close() }, { nil, "exit", 3 })
  same({ select(3, host.heard()) }, { "", false })
  host.free(address)
end

function TestEnds.test_many_come_and_go_in_any_order()
  for i = 1, 100 do
    local address = host.new "virtual"
    if i % 2 == 0 then host.elsewhere(address, "(...):task {}") end
    local rt = host.open(address)
    rt:task {}
    rt:go(function() rt:sleep(ms) end)
    host.run(address, i % 3 * ms)
    host.free(address)
    if i % 10 == 0 then collectgarbage() end
  end
end

check.main()
