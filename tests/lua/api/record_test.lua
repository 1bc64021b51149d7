-- record_test.lua - runs are recorded and done again: bit for bit, or it is said where not.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestRecord
TestRecord = {}

local same = luaunit.assertEquals
local path = os.tmpname()

local function listen(rt)
  local heard = {}
  rt:on("switch", function(cpu, from, to)
    if heard.over then return end
    heard[#heard + 1] = ("%d %d %s %s"):format(rt:now(), cpu, from and from.id, to and to.id)
  end)
  rt:on("exit", function(task, how, code)
    if heard.over then return end
    heard[#heard + 1] = ("%d %s %s %d %d"):format(rt:now(), task.name, how, code, task.cpu_ns)
  end)
  rt:on("error", function(report)
    local message = report.message:gsub("[%w/_]+%.lua", "FILE"):gsub("stopped.*", "stopped")
    heard[#heard + 1] = ("%s %s %s"):format(report.kind, report.hook, message)
  end)
  return heard
end

local function accounts(rt)
  local list = {}
  for task in rt:tasks() do
    local figures = task:stats()
    figures.vruntime_ns = nil -- a policy's own, which is not asked to keep it
    list[#list + 1] = figures
  end
  local stats = rt:stats()
  stats.neap_cpu_ns = nil
  return { stats, list }
end

-- Records what act(rt) does. Returns what was heard, and the accounts at its end.
local function record(options, act)
  options.record = path
  local rt <close> = check.runtime(options)
  local heard = listen(rt)
  act(rt)
  local told, now = accounts(rt), rt:now()
  heard.over = true
  rt:run(neap.ms) -- the end that closing makes of its tasks comes later than what is compared
  return heard, told, now
end

local function replay(time, options)
  local rt = assert(neap.replay(path, options))
  local heard = listen(rt)
  same(rt:run(time), true)
  heard.over = true
  return heard, accounts(rt), rt:replay()
end

-- The first that differs is enough to read.
local function same_lines(again, heard)
  for i = 1, math.max(#again, #heard) do same(again[i], heard[i]) end
end

local function go_through_everything(rt)
  local tasks = {}
  for i = 1, 8 do
    tasks[i] = rt:task { name = "t" .. i, weight = i * 50, estimate = i * neap.s, group = i % 2 }
  end
  rt:run(neap.s)
  tasks[3]:block()
  rt:run(333 * neap.ms)
  tasks[3]:wake()
  tasks[4]:pause()
  tasks[5].priority = 9
  tasks[6].affinity = { 1 }
  tasks[7].name = "another"
  rt:run(neap.s)
  tasks[4]:resume()
  tasks[1]:finish(3)
  tasks[8].deadline = rt:now() + neap.s
  tasks[2].group = 7
  rt:set_quantum(5 * neap.ms)
  rt:run(neap.s)
  rt:pause()
  rt:run(10 * neap.ms)
  rt:resume()
  rt:trigger()
  rt:run(neap.s)
  tasks[6].affinity = nil
  rt:set_cpus(1)
  rt:run(500 * neap.ms)
end

local function assert_same_again(options, act)
  local heard, told, now = record(options, act)
  for _, mode in ipairs { "ask", "take" } do
    local again, found, state = replay(now, { mode = mode })
    same({ state.difference, state.cut }, { nil, false })
    same_lines(again, heard)
    same(found, told)
    luaunit.assertTrue(#heard > 4 and state.answers > 4)
    same(state.not_asked, mode == "take" and (1 << state.policies) - 1 or 0)
  end
end

function TestRecord.test_every_policy_does_the_same_again()
  for _, policy in ipairs(neap.policies()) do
    assert_same_again({ policy = policy.name, cpus = 2 }, go_through_everything)
  end
end

-- Those of `neap policy check`: all that can happen to virtual tasks, in any order.
function TestRecord.test_random_workloads_do_the_same_again()
  local workload = require "neap.check_workload"
  local runs = tonumber(os.getenv("NEAP_RUNS")) or 8
  for _, policy in ipairs(neap.policies()) do
    for seed = 1, runs do
      local list = workload.draw(seed)
      workload.play({ word = policy.name, idles = policy.idles, record = path }, list)
      local rt <close> = assert(neap.replay(path))
      rt:on("error", function() end)
      same({ rt:run() }, { true })
      local state = rt:replay()
      same({ policy.name, seed, state.difference, state.over }, { policy.name, seed, nil, true })
      luaunit.assertTrue(state.answers > 0)
    end
  end
end

-- Who takes over from those that let a task wait too long is not taken out for it himself.
function TestRecord.test_fair_stays_in_charge_though_a_wait_is_too_long_for_others()
  assert_same_again({ policy = "fair", quantum = neap.s, cpus = 1 }, function(rt)
    for i = 1, 6 do rt:task { name = "t" .. i } end
    rt:run(4500 * neap.ms)
    rt:set_quantum(neap.ms)
    rt:run(2 * neap.s)
  end)
end

function TestRecord.test_policies_that_change_and_reload_do_the_same_again()
  assert_same_again({ policy = "lottery", seed = 7 }, function(rt)
    for i = 1, 5 do rt:task { weight = i * 100 } end
    rt:run(neap.s)
    same(rt:reload(), true)
    rt:run(neap.s)
    same(rt:set_policy("stride"), true)
    rt:run(neap.s)
    same(rt:set_policy("no_such"), nil)
    same(rt:set_policy("priority", { aging = "100ms" }), true)
    rt:run(neap.s)
  end)
end

local function policy_file(text)
  local file <close> = assert(io.open(path .. ".lua", "w"))
  file:write(text)
  return path .. ".lua"
end

local FAILING = [[
local p = require "neap".policy { name = "failing", base = "rr", limit = 3 }
function p:init_task(task) if task.name == "unwanted" then return nil, "not here" end end
function p:slice(task)
  self:count("slices")
  self:log("a slice for " .. task.name)
  if self.now > 500000000 then error("no more") end
  return 3000000
end
function p:tick(task) return false end
return p]]

function TestRecord.test_failures_and_an_ejection_are_the_same_again()
  assert_same_again({ policy = policy_file(FAILING), cpus = 2 }, function(rt)
    for i = 1, 4 do rt:task { name = "t" .. i } end
    same(rt:task { name = "unwanted" }, nil)
    rt:run(neap.s)
    same(rt.policy, "fair")
  end)
end

function TestRecord.test_the_policys_file_is_not_needed_again()
  local _, _, now = record({ policy = policy_file(FAILING) }, function(rt)
    rt:task {}
    rt:task {}
    rt:run(200 * neap.ms)
  end)
  os.remove(path .. ".lua")
  local _, _, state = replay(now)
  same({ state.difference, state.not_asked }, { nil, 0 })
end

function TestRecord.test_a_table_of_the_script_is_not_asked_again_but_its_answers_are_taken()
  local turn = 0
  local own = neap.policy { name = "own", base = "rr", slice = function()
    turn = turn + 1
    return turn * neap.ms
  end }
  local heard, told, now = record({ policy = own }, function(rt)
    rt:task {}
    rt:task {}
    rt:run(neap.s)
  end)
  local again, found, state = replay(now)
  same_lines(again, heard)
  same({ found, state.not_asked }, { told, 1 })
end

function TestRecord.test_a_loop_without_end_is_stopped_again()
  assert_same_again({ policy = policy_file [[
    local p = require "neap".policy { name = "loop", base = "fair" }
    function p:running(task) while self.now > 300000000 do end end
    return p]] }, function(rt)
    for _ = 1, 3 do rt:task {} end
    rt:run(neap.s)
    same(rt.policy, "fair")
  end)
end

function TestRecord.test_hooks_that_were_slow_then_need_not_be_slow_now()
  local slow = policy_file [[
    local p = require "neap".policy { name = "slow", base = "fair" }
    function p:running(task)
      local n = 0
      for i = 1, 20000 do n = n + i end
    end
    return p]]
  assert_same_again({ policy = slow }, function(rt)
    for _ = 1, 3 do rt:task {} end
    rt:run(300 * neap.ms)
    luaunit.assertTrue((rt:stats().counters["slow hooks"] or 0) > 0)
  end)
end

-- To look at affinity takes the number of cpus, which is one of the runtime's figures.
function TestRecord.test_what_a_hook_reads_is_no_part_of_the_record()
  local reading = policy_file [[
    local p = require "neap".policy { name = "reading", base = "rr" }
    function p:init() self.seen = {} end
    function p:slice(task) return (task.affinity and #task.affinity or 1) * 4000000 end
    function p:pick(cpu)
      local task = self.base:pick(cpu)
      self.seen = task and task.affinity
      return task
    end
    return p]]
  assert_same_again({ policy = reading, cpus = 2 }, function(rt)
    for i = 1, 4 do rt:task {}.affinity = { i % 2 } end
    rt:run(300 * neap.ms)
  end)
end

function TestRecord.test_where_another_policy_answers_otherwise_is_said()
  record({ policy = "fair" }, function(rt)
    rt:task { weight = 10 }
    rt:task { weight = 20 }
    rt:run(neap.s)
  end)
  local file <close> = assert(io.open(path, "rb"))
  local text = file:read("a")
  local other <close> = assert(io.open(path .. ".rr", "wb"))
  other:write((text:gsub("\4fair", "\2rr", 1)))
  other:close()
  local rt = assert(neap.replay(path .. ".rr"))
  os.remove(path .. ".rr")
  same(rt:run(), true)
  local state = rt:replay()
  luaunit.assertStrContains(state.difference, "recorded is `pick task ")
  same({ state.over, state.stopped_then }, { false, false })
end

function TestRecord.test_a_file_that_is_cut_is_read_to_its_last_whole_record()
  local heard, _, now = record({ policy = "stride", cpus = 2 }, go_through_everything)
  local file <close> = assert(io.open(path, "rb"))
  local text = file:read("a")
  for i = 1, 40 do
    local out <close> = assert(io.open(path .. ".cut", "wb"))
    out:write(text:sub(1, #text * i // 41))
    out:close()
    local rt, message = neap.replay(path .. ".cut")
    if not rt then
      luaunit.assertStrContains(message, "before the run")
    else
      local again = listen(rt)
      same({ rt:run(now) }, { true })
      same(rt:replay().difference, nil)
      again.over = true
      for k, line in ipairs(again) do same(line, heard[k]) end
      rt:close()
    end
  end
  os.remove(path .. ".cut")
end

function TestRecord.test_a_damaged_file_is_refused_where_it_is_damaged()
  record({ policy = "stride", cpus = 2 }, go_through_everything)
  local file <close> = assert(io.open(path, "rb"))
  local text = file:read("a")
  local refused = 0
  for at = 20, #text, #text // 200 do
    local out <close> = assert(io.open(path .. ".bad", "wb"))
    out:write(text:sub(1, at - 1), string.char(text:byte(at) ~ 0x55), text:sub(at + 1))
    out:close()
    local rt, message = neap.replay(path .. ".bad")
    local ok = true
    if rt then
      rt:on("error", function() end)
      ok, message = rt:run()
      ok = ok and not rt:replay().difference
      message = message or rt:replay().difference
      rt:close()
    end
    if not (rt and ok) then
      luaunit.assertEvalToTrue(message)
      refused = refused + 1
    end
  end
  os.remove(path .. ".bad")
  luaunit.assertTrue(refused >= 200)
end

function TestRecord.test_what_is_no_recorded_run_is_refused_by_name()
  for content, words in pairs { [""] = "it is empty", ["hello, hello, hello"] = "no recorded run",
    ["neap trace 9\nabcdef"] = "later version" } do
    local out <close> = assert(io.open(path .. ".no", "wb"))
    out:write(content)
    out:close()
    local rt, message = neap.replay(path .. ".no")
    same(rt, nil)
    luaunit.assertStrContains(message, words)
  end
  os.remove(path .. ".no")
  luaunit.assertStrContains(select(2, neap.replay("/")), "it is a directory")
  luaunit.assertStrContains(select(2, neap.replay("/nowhere/at/all")), "No such file")
  check.raises("unknown replay option \"mod\" (did you mean \"mode\"?)", neap.replay, path,
    { mod = "ask" })
end

function TestRecord.test_nothing_can_be_changed_in_a_replay()
  local _, _, now = record({}, function(rt)
    rt:task { name = "a" }
    rt:task {}
    rt:run(neap.s)
  end)
  local rt = assert(neap.replay(path))
  same(rt:run(now // 2), true)
  local task = rt:find(1)
  same({ task.name, rt:now() }, { "a", now // 2 })
  for _, change in ipairs {
    function() return task:pause() end,
    function() return rt:task {} end,
    function() return rt:set_policy("rr") end,
    function() return task:kill() end,
    function() return rt:pause() end,
  } do
    local done, ok, message = pcall(change)
    luaunit.assertStrContains(done and message or ok, "can be looked at, not changed")
  end
end

function TestRecord.test_a_file_that_cannot_be_written_is_refused_at_the_start()
  local rt, message = neap.runtime { clock = "virtual", record = "/nowhere/at/all" }
  same(rt, nil)
  luaunit.assertStrContains(message, "cannot write the record /nowhere/at/all: No such file")
end

function TestRecord.test_a_disk_that_fills_up_ends_the_record_and_not_the_run()
  local rt <close> = check.runtime { record = "/dev/full" }
  local heard = listen(rt)
  rt:task {}
  rt:task {}
  same(rt:run(100 * neap.s), true)
  heard.over = true
  luaunit.assertStrContains(table.concat(heard, "\n"), "ends here: No space left on device")
end

function TestRecord:tearDown() -- luacheck: ignore 212
  os.remove(path)
  os.remove(path .. ".lua")
end

check.main()
