-- trace_test.lua - `neap trace`: what a recorded run of processes looks like, in every form.
--
-- ctest timeout: 120
local cjson = require "cjson"
local luaunit = require "luaunit"
local recorded = require "recorded"
local shell = require "shell"

-- luacheck: globals TestTrace TestPerfetto TestBadRecords
TestTrace, TestPerfetto, TestBadRecords = {}, {}, {}

local same, contains = luaunit.assertEquals, shell.assert_contains

local run = nil -- the recorded run that all look at: made once

local function mixed()
  run = run or recorded.run { "-p", "fair", "-j2", "-f", recorded.mixed_jobs(), "--for",
    recorded.ALL and "20s" or "3s" }
  return run
end

local function trace(...)
  local words = { "trace", ... }
  words.deadline = 60
  return shell.neap(words)
end

-- The lines of turns: { time, cpu, name, id, wait, delay, first, run, used, why }.
local function turns_of(text)
  local list = {}
  for line in text:gmatch("[^\n]+") do
    local time, cpu, name, id, wait, delay, first, ran, used, why = line:match(
      "^ *(%d+%.%d%d%d%d%d%d) +(%d+)  (.-) %[(%d+)%] +(%S+) +(%S+) +(%S+) +(%S+) +(%S+)  (.+)$")
    if time then
      list[#list + 1] = { time = tonumber(time), cpu = tonumber(cpu), name = name,
        id = tonumber(id), wait = tonumber(wait), delay = tonumber(delay),
        first = tonumber(first), ran = tonumber(ran), used = tonumber(used), why = why }
    end
  end
  return list
end

function TestTrace.test_turns_add_up_to_the_accounts()
  local answer = trace(mixed().record)
  same({ answer.code, answer.err }, { 0, "" })
  local ran, used, count = {}, {}, {}
  for _, turn in ipairs(turns_of(answer.out)) do
    ran[turn.id] = (ran[turn.id] or 0) + turn.ran
    used[turn.id] = (used[turn.id] or 0) + turn.used
    count[turn.id] = (count[turn.id] or 0) + 1
  end
  for _, task in ipairs(mixed().stats.tasks) do
    local rounding = 0.001 * count[task.id] -- ms
    luaunit.assertAlmostEquals(ran[task.id], (task.run_ns + task.start_ns) / 1e6, rounding)
    luaunit.assertTrue(count[task.id] <= task.slices)
    local line = answer.out:match(("%%[%d%%] +ends: [^\n]*"):format(task.id))
    used[task.id] = used[task.id] + (tonumber(line:match("beside its turns: *(%S+)")) or 0)
    luaunit.assertAlmostEquals(used[task.id], task.cpu_ns / 1e6, rounding)
  end
end

function TestTrace.test_turns_stand_in_order_and_say_why_they_stopped()
  local last, whys, delays = 0, {}, 0
  for _, turn in ipairs(turns_of(trace(mixed().record).out)) do
    luaunit.assertTrue(turn.time >= last)
    last = turn.time
    whys[turn.why] = true
    delays = delays + (turn.delay and 1 or 0)
    luaunit.assertTrue(not turn.delay or turn.delay >= 0 and turn.delay <= turn.ran + 0.001)
  end
  luaunit.assertTrue(whys.expired and whys.slept and whys.ended)
  luaunit.assertTrue(delays > 20)
end

function TestTrace.test_one_turn_at_a_time_on_each_cpu()
  local free = {}
  for _, turn in ipairs(turns_of(trace(mixed().record).out)) do
    luaunit.assertTrue(turn.time - turn.ran / 1e3 >= (free[turn.cpu] or 0) - 0.000002)
    free[turn.cpu] = turn.time
  end
  same(free[2], nil)
end

-- All that a record can tell, to the nanosecond: what a policy alone knows is not in it.
local function assert_told(told, stats)
  for key, value in pairs(stats) do
    if key == "vruntime_ns" then value = nil end
    if key ~= "schema" and key ~= "tasks" then same(told[key], value, key) end
  end
end

function TestTrace.test_the_summary_is_the_stats_file_to_the_nanosecond()
  local answer = trace("--summary", "--json", mixed().record)
  same({ answer.code, answer.err }, { 0, "" })
  same(answer.out:match('^(.*)"metrics"'):match('":%-?%d+[.eE]'), nil)
  local told, stats = cjson.decode(answer.out), mixed().stats
  same(told.schema, "neap-trace-1")
  assert_told(told.run, stats)
  same(told.run.cut, false)
  same(#told.tasks, #stats.tasks)
  for i, task in ipairs(told.tasks) do assert_told(task, stats.tasks[i]) end
end

function TestTrace.test_the_metrics_fit_the_accounts()
  local answer = trace("--json", mixed().record)
  local metrics, stats = cjson.decode(answer.out).metrics, mixed().stats
  local busy, wait = 0, 0
  for _, task in ipairs(stats.tasks) do
    busy = busy + task.run_ns + task.start_ns
    wait = wait + task.ready_ns
  end
  same({ metrics.tasks, metrics.ended, metrics.cpus }, { #stats.tasks, #stats.tasks, 2 })
  same(metrics.busy_ns, busy)
  luaunit.assertAlmostEquals(metrics.wait.mean_ns, wait / #stats.tasks, 1)
  same(metrics.context_switches, stats.context_switches)
  luaunit.assertTrue(metrics.jain > 0.05 and metrics.jain <= 1)
  contains(trace("--summary", mixed().record).out, "\nturnaround, mean ")
end

-- The ideal is a model's, which `neap run` asks some us before or after what is recorded.
local function without_ideal(text)
  return (text:gsub("(%%%s+)%d+%.%d%%", "%1"))
end

function TestTrace.test_the_summary_is_the_table_of_the_run()
  local out = trace("--summary", mixed().record).out
  same(without_ideal(out:match("^(.-\n)\n")), without_ideal(mixed().table))
end

function TestTrace.test_raw_has_a_line_for_each_event()
  local answer = trace("--raw", mixed().record)
  local count = 0
  for line in answer.out:gmatch("[^\n]+") do
    luaunit.assertStrMatches(line, "%d+%.%d%d%d%d%d%d%d%d%d %a.*")
    count = count + 1
  end
  local told = cjson.decode(trace("--json", mixed().record).out)
  same(count, told.run.records)
  contains(answer.out, " head 10000000 2 100 ")
  contains(answer.out, " released task=1")
end

function TestTrace.test_filters()
  local id = mixed().stats.tasks[3].id
  for _, turn in ipairs(turns_of(trace("--task", tostring(id), "--cpu", "1", "--from", "300ms",
    "--to", "1.5s", mixed().record).out)) do
    same({ turn.id, turn.cpu }, { id, 1 })
    luaunit.assertTrue(turn.time >= 0.3 and turn.time <= 1.5)
  end
  local both = trace("--task", "busy 1", "--task", "short 1", mixed().record).out
  for _, turn in ipairs(turns_of(both)) do
    luaunit.assertTrue(turn.name == "busy 1" or turn.name == "short 1")
  end
  contains(both, "busy 1")
  contains(both, "short 1")
  same(#cjson.decode(trace("--json", "--task", "busy 1", mixed().record).out).tasks, 1)
end

function TestTrace.test_reports_and_wakes_are_lines()
  local policy = shell.file("says.lua", [[
    local p = require "neap".policy { name = "says", base = "rr" }
    function p:slice() self:log("hello\27[2J") error("no") end
    return p]])
  local jobs = recorded.jobs { "for i in 1 2 3; do sleep 0.1; done", recorded.SHORT:format(300) }
  local answer = trace(recorded.run({ "-p", policy, "-j1", "-f", jobs }).record)
  contains(answer.out, "policy says: hello\\027[2J")
  contains(answer.out, "failure: policy says: slice: ")
  contains(answer.out, "ejected: policy says: ")
  contains(answer.out, " wakes after ")
  contains(answer.out, "policy says\n")
end

function TestTrace.test_options_that_make_no_sense_are_refused()
  for problem, words in pairs {
    ["give either --summary or --raw, not both"] = { "--raw", "--summary", "x" },
    ["--from does not go with --summary"] = { "--summary", "--from", "1s", "x" },
    ["no record: give a FILE"] = {},
    ['unexpected "y"'] = { "x", "y" },
    ["--to is before --from"] = { "--from", "2s", "--to", "1s", "x" },
    ["--perfetto would overwrite the record"] = { "--perfetto", run.record, run.record },
  } do
    local answer = trace(table.unpack(words))
    same(answer.code, 2, problem)
    contains(answer.err, problem)
  end
end

-- Perfetto.

local PHASES = { M = true, X = true, C = true, i = true, s = true, t = true, f = true }

-- Every event in turn; checks what holds for each.
local function read_perfetto(text)
  local object = cjson.decode(text)
  same(object.displayTimeUnit, "ms")
  local named, last, free, flows, counts = {}, {}, {}, {}, {}
  for _, event in ipairs(object.traceEvents) do
    local track = ("%d/%d%s"):format(event.pid, event.tid, event.ph == "C" and event.name or "")
    luaunit.assertTrue(PHASES[event.ph])
    counts[event.ph] = (counts[event.ph] or 0) + 1
    if event.name == "thread_name" then named[track] = event.args.name end
    if event.ph ~= "M" then
      luaunit.assertTrue(event.ts >= (last[track] or 0), track)
      last[track] = event.ts
    end
    if event.ph ~= "M" and event.ph ~= "C" then luaunit.assertNotNil(named[track], track) end
    if event.ph == "X" then
      luaunit.assertTrue(event.dur >= 0)
      luaunit.assertTrue(event.ts >= (free[track] or 0) - 0.0005, "slices overlap")
      free[track] = event.ts + event.dur
    elseif event.ph:find("[stf]") then
      luaunit.assertTrue(event.ts <= free[track], "a flow is bound to no slice")
      flows[event.id] = (flows[event.id] or "") .. event.ph
    end
  end
  return { named = named, flows = flows, counts = counts, events = object.traceEvents }
end

local function assert_flows_have_both_ends(flows)
  local count = 0
  for _, points in pairs(flows) do
    local sorted = {}
    for point in points:gmatch(".") do sorted[#sorted + 1] = point end
    table.sort(sorted)
    local text = table.concat(sorted)
    luaunit.assertTrue(text == "fs" or text == "fst", text)
    count = count + 1
  end
  return count
end

function TestPerfetto.test_the_file_is_sound()
  local out = shell.path("run.json")
  local answer = trace("--perfetto", out, mixed().record)
  same({ answer.code, answer.out, answer.err }, { 0, "", "" })
  local read = read_perfetto(shell.read(out))
  luaunit.assertTrue(assert_flows_have_both_ends(read.flows) > 20)
  luaunit.assertTrue(read.counts.C > 50)
  same({ read.named["1/10"], read.named["1/11"] }, { "cpu 0", "cpu 1" })
  for _, task in ipairs(mixed().stats.tasks) do
    same(read.named[("2/%d"):format(10000 + task.id)], ("%s [%d]"):format(task.name, task.id))
  end
end

function TestPerfetto.test_slices_add_up_to_the_accounts()
  local states = {}
  for _, event in ipairs(read_perfetto(trace("--perfetto", "-", mixed().record).out).events) do
    if event.ph == "X" and event.pid == 2 then
      local key = ("%d %s"):format(event.tid - 10000, event.name)
      states[key] = (states[key] or 0) + event.dur
    end
  end
  for _, task in ipairs(mixed().stats.tasks) do
    for state, key in pairs { ready = "ready_ns", running = "run_ns", starting = "start_ns",
      blocked = "blocked_ns" } do
      local told = states[("%d %s"):format(task.id, state)] or 0
      luaunit.assertAlmostEquals(told, task[key] / 1e3, 0.01)
    end
  end
end

function TestPerfetto.test_what_is_filtered_is_sound_too()
  for _, words in ipairs { { "--from", "500ms" }, { "--task", "busy 1", "--task", "busy 2" },
    { "--cpu", "0" }, { "--from", "300ms", "--to", "900ms" } } do
    words[#words + 1] = mixed().record
    assert_flows_have_both_ends(read_perfetto(trace("--perfetto", "-",
      table.unpack(words)).out).flows)
  end
end

function TestPerfetto.test_names_are_text()
  local path = shell.file("odd.lua", 'return { { "true", name = "a\\"\\\\\\n\\xff</script>" } }')
  local answer = trace("--perfetto", "-", recorded.run({ "-f", path }).record)
  same(read_perfetto(answer.out).named["2/10001"], 'a"\\\n\u{FFFD}</script> [1]')
end

-- What is no good record.

-- With memory for a record, and no more.
local function bounded(...)
  local words = { "trace", ... }
  for i, word in ipairs(words) do words[i] = shell.quote(word) end
  return shell.run { "sh", "-c", recorded.BOUND .. "exec " .. shell.quote(os.getenv "NEAP") .. " "
    .. table.concat(words, " ") }
end

function TestBadRecords.test_what_is_no_record_is_refused()
  local huge = shell.path("huge")
  os.execute("truncate -s 10G " .. huge)
  for path, problem in pairs {
    ["/no/such/file"] = "cannot read /no/such/file: No such file or directory",
    [shell.path("")] = "it is a directory",
    ["/dev/null"] = "it is no regular file",
    [shell.file("empty", "")] = "is no recorded run: it is empty",
    [shell.file("text", "neap trace of something else")] = "is no recorded run",
    [shell.file("later", "neap trace 2\nwhatever")] = "was recorded by a later version of neap",
    [shell.file("bare", "neap trace 1\n")] = "ends, or is damaged, before the run",
    [huge] = "is no recorded run",
  } do
    for _, form in ipairs { "--summary", "--raw" } do
      local answer = bounded(form, path)
      same({ answer.code, answer.out }, { 2, "" }, path)
      contains(answer.err, problem)
    end
  end
end

function TestBadRecords.test_zeros_behind_a_good_beginning_are_damage()
  local path = shell.file("zeros", shell.read(mixed().record))
  os.execute("truncate -s 10G " .. path)
  local answer = bounded("--summary", path)
  same(answer.code, 1)
  same(without_ideal(answer.out:match("^(.-\n)\n")), without_ideal(mixed().table))
  luaunit.assertStrMatches(answer.err, "neap: .*zeros: record %d+, at byte %d+, is none: the file "
    .. "is damaged; what was before it is shown\n")
end

function TestBadRecords.test_what_is_cut_is_shown_to_its_last_whole_record()
  local text = shell.read(mixed().record)
  local whole = #turns_of(trace(mixed().record).out)
  for _, size in ipairs { #text // 2, #text - 1, #text - 5 } do
    local answer = trace(shell.file("cut", text:sub(1, size)))
    same(answer.code, 0)
    contains(answer.err, "cut is cut: the run was killed")
    local turns = #turns_of(answer.out)
    luaunit.assertTrue(turns > whole / 4 and turns <= whole)
    read_perfetto(trace("--perfetto", "-", shell.path("cut")).out)
  end
end

function TestBadRecords.test_a_run_that_was_killed_is_told_as_far_as_it_was_written()
  local path = shell.path("killed.neap")
  local killed = shell.start_neap { "run", "-j1", "--record", path, "-f",
    recorded.jobs { "while :; do :; done", "while :; do sleep 0.02; done" } }
  shell.await("more than the beginning of a record", 10, function()
    return #(shell.read(path) or "") > 800
  end)
  killed:signal("KILL")
  killed:finish()
  killed:assert_gone(5)
  local told = cjson.decode(trace("--json", path).out)
  luaunit.assertTrue(told.run.wall_ns > 500000000 and told.run.decisions > 5)
  luaunit.assertTrue(told.run.context_switches > 1 and told.run.active == 2)
  for _, task in ipairs(told.tasks) do same(task.how, "unfinished") end
  same(shell.neap({ "replay", path }).code, 0)
end

function TestBadRecords.test_damage_is_said_where_it_is()
  local text, damaged = shell.read(mixed().record), 0
  for i = 1, 12 do
    local at = #text * i // 13
    local path = shell.file("bad", text:sub(1, at - 1)
      .. string.char(text:byte(at) ~ 0x41) .. text:sub(at + 1))
    local answer = bounded(path)
    if answer.code == 0 then -- a text seems to go on beyond the end
      contains(answer.err, "bad is cut: ")
    else
      same(answer.code, 1)
      luaunit.assertStrMatches(answer.err, "neap: .*record.*; what was before it is shown\n")
      damaged = damaged + 1
    end
    luaunit.assertTrue(#turns_of(answer.out) > 0)
    same(bounded("--perfetto", "-", path).code, answer.code)
  end
  luaunit.assertTrue(damaged > 6)
end

function TestBadRecords.test_what_cannot_be_written_is_neaps_failure()
  local answer = trace("--perfetto", "/dev/full", mixed().record)
  same(answer.code, 125)
  contains(answer.err, "neap: cannot write /dev/full")
  same(trace("--perfetto", "/no/such/place", mixed().record).code, 2)
end

shell.main()
