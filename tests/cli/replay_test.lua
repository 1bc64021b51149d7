-- replay_test.lua - `neap replay`: recorded runs of processes are done again, decision by decision.
--
-- ctest timeout: 180
local cjson = require "cjson"
local luaunit = require "luaunit"
local recorded = require "recorded"
local shell = require "shell"

-- luacheck: globals TestReplay TestDifference
TestReplay, TestDifference = {}, {}

local same, contains = luaunit.assertEquals, shell.assert_contains

local function replay(...)
  return shell.neap { "replay", ... }
end

-- Done again: what `--json` says. Fails unless all is the same and every policy was asked.
local function assert_same_again(record)
  local answer = replay("--json", record)
  same({ answer.code, answer.err }, { 0, "" }, answer.out)
  local told = cjson.decode(answer.out)
  same({ told.schema, told.same, told.taken, told.cut }, { "neap-replay-1", true, 0, false })
  for _, policy in ipairs(told.policies) do same(policy.asked, true, policy.name) end
  return told
end

function TestReplay.test_twenty_mixed_processes()
  local run = recorded.run { "-p", "fair", "-j2", "-f", recorded.mixed_jobs(), "--for",
    recorded.ALL and "20s" or "4s" }
  local told = assert_same_again(run.record)
  luaunit.assertTrue(told.answers > 100)
  luaunit.assertTrue(told.bytes <= 100 * told.decisions)
  same({ told.decisions, told.wall_ns }, { run.stats.decisions, run.stats.wall_ns })
  same(told.policies, { { name = "fair", asked = true, why = cjson.null } })
end

function TestReplay.test_policies_in_c_and_in_lua()
  for _, policy in ipairs { "rr", "priority", "mlfq", "lottery", "eevdf", "gang", "cap" } do
    local run = recorded.run { "-p", policy, "-j2", "--seed", "7", "-f", recorded.mixed_jobs(),
      "--for", "600ms", "--max-hold", "50ms", "--max-alive", "12" }
    luaunit.assertTrue(assert_same_again(run.record).answers > 5, policy)
  end
end

function TestReplay.test_what_a_task_left_behind_is_charged_again()
  local run = recorded.run { "--leftovers", "wait", "-j1", "-f",
    recorded.jobs { "(" .. recorded.SHORT:format(200) .. ") & exit 0" } }
  luaunit.assertTrue(run.stats.tasks[1].cpu_ns > 10000000)
  assert_same_again(run.record)
end

function TestReplay.test_a_policys_file_is_not_needed_any_more()
  local path = shell.file("mine.lua", [[
    local p = require "neap".policy { name = "mine", base = "fair", params = { turn = "5ms" } }
    function p:slice() return self.now % 2 == 0 and 3000000 or 7000000 end
    return p]])
  local run = recorded.run { "-p", path, "-j1", "-f", recorded.mixed_jobs(), "--for", "500ms" }
  os.remove(path)
  assert_same_again(run.record)
end

function TestReplay.test_it_says_what_it_did()
  local jobs = recorded.jobs { "sleep 0.1", recorded.SHORT:format(20) }
  local run = recorded.run { "-j1", "-f", jobs }
  local answer = replay(run.record)
  same({ answer.code, answer.err }, { 0, "" })
  luaunit.assertStrMatches(answer.out, "%d+ decisions, %d+ answers of policies: all the same\n"
    .. "%d+ records, %d+ bytes, [%d.]+ bytes a decision; [%w.]+ of a run in [%w.]+\n")
end

function TestReplay.test_a_run_that_was_killed_is_the_same_as_far_as_it_is_told()
  local run = recorded.run { "-j1", "-f", recorded.mixed_jobs(), "--for", "500ms" }
  local text = shell.read(run.record)
  local answer = replay(shell.file("cut", text:sub(1, #text * 2 // 3)))
  same(answer.code, 0)
  contains(answer.err, "cut is cut: the run was killed, or is going on\n")
  contains(answer.out, "all the same")
end

-- Policies that cannot be asked, or answer otherwise.

-- A run of a script with a policy of its own.
local function run_script(record)
  local path = shell.file("script.lua", [[
    local neap = require "neap"
    local own = neap.policy { name = "own", base = "rr", slice = function() return 3 * neap.ms end }
    local rt <close> = neap.runtime { policy = own, cpus = 1, record = arg[1] }
    rt:spawn { "sh", "-c", arg[2] }
    rt:spawn { "sh", "-c", arg[2] }
    rt:run()]])
  same(shell.neap({ path, record, recorded.SHORT:format(30) }).code, 0)
end

function TestDifference.test_a_table_of_a_script_is_named_and_its_answers_are_taken()
  local record = shell.path("own.neap")
  run_script(record)
  local answer = replay(record)
  same({ answer.code, answer.err }, { 0, "" })
  contains(answer.out, "policy own was not asked: it was a table of a script, or of another")
  contains(answer.out, "none was compared")
  local told = cjson.decode(replay("--json", record).out)
  same({ told.policies[1].asked, told.taken }, { false, told.answers })
  same(shell.neap({ "trace", record }).code, 0)
end

function TestDifference.test_the_first_record_that_differs_is_told()
  local jobs = shell.file("unequal.lua", [[
    local function busy(weight) return { "sh", "-c", "while :; do :; done", weight = weight } end
    return { busy(100), busy(900) }]])
  local run = recorded.run { "-p", "fair", "-j1", "-f", jobs, "--for", "700ms" }
  local text = shell.read(run.record):gsub("\4fair", "\2rr", 1)
  local answer = replay(shell.file("other", text))
  same(answer.code, 1)
  luaunit.assertStrMatches(answer.out, "%d+ decisions, %d+ answers of policies: not the same\n.*"
    .. "record %d+, [%d.]+ s after the start: recorded is `.*`, the policy round_robin says `.*`\n")
  local told = cjson.decode(replay("--json", shell.path("other")).out)
  same(told.same, false)
  contains(told.difference, "recorded is ")
end

-- What a policy may use is the machine's, or the option's, and not recorded.
function TestDifference.test_a_policy_that_was_stopped_then_and_not_now_is_not_asked()
  local path = shell.file("hungry.lua", [[
    local p = require "neap".policy { name = "hungry", base = "fair" }
    local kept = {}
    function p:slice()
      kept[#kept + 1] = ("x"):rep(300000) .. #kept
      return 5000000
    end
    return p]])
  local run = recorded.run { "-p", path, "--policy-memory", "1M", "-j1", "-f",
    recorded.jobs { recorded.SHORT:format(100), recorded.SHORT:format(100) } }
  same(run.stats.policy, "fair")
  local answer = replay(run.record)
  same({ answer.code, answer.err }, { 0, "" })
  contains(answer.out, "policy hungry was not asked: it was stopped then")
end

function TestDifference.test_damage_is_no_difference()
  local run = recorded.run { "-j1", "-f", recorded.mixed_jobs(), "--for", "500ms" }
  local text = shell.read(run.record)
  local path = shell.file("bad", text:sub(1, -2) .. string.char(text:byte(-1) ~ 1)) -- the checksum
  local answer = replay(path)
  same(answer.code, 1)
  contains(answer.out, "the record is damaged")
  contains(answer.err, "neap: " .. path .. ": ")
  same(cjson.decode(replay("--json", path).out).difference, cjson.null)
end

function TestDifference.test_what_is_no_record_is_refused()
  for path, problem in pairs {
    ["/no/such/file"] = "No such file or directory", [shell.path("")] = "it is a directory",
    [shell.file("empty", "")] = "is no recorded run: it is empty",
    [shell.file("later", "neap trace 2\n")] = "was recorded by a later version",
  } do
    local answer = replay(path)
    same({ answer.code, answer.out }, { 2, "" })
    contains(answer.err, problem)
  end
  same(replay().code, 2)
  same(replay("a", "b").code, 2)
end

-- luacheck: globals TestInstead
TestInstead = {}

function TestInstead.test_another_policy_is_put_beside_what_was()
  local run = recorded.run { "-j1", "-p", "rr", "-f", recorded.mixed_jobs(), "--for", "500ms" }
  local answer = replay(run.record, "-p", "srtf", "-p", "fair")
  same({ answer.code, answer.err }, { 0, "" })
  contains(answer.out, "recorded  round_robin, simulated  srtf, simulated  fair, simulated")
  contains(answer.out, "turnaround, mean")
  contains(answer.out, "assumed: the CPU time that each task used between its sleeps is kept")
  local object = cjson.decode(replay(run.record, "-p", "srtf", "--json").out)
  same({ object.schema, #object.runs }, { "neap-instead-1", 3 })
end

function TestInstead.test_a_policy_that_is_not_there_is_refused()
  local run = recorded.run { "-j1", "-f", recorded.mixed_jobs(), "--for", "300ms" }
  for _, case in ipairs {
    { { "-p", "fare" }, 'unknown policy "fare" (did you mean "fair"?)' },
    { { "-p", "fair", "-s", "no=1" }, 'has no parameter "no"' },
    { { "-s", "aging=1s" }, "--param is for --policy" },
  } do
    local answer = replay(run.record, table.unpack(case[1]))
    same({ answer.code, answer.out }, { 2, "" })
    contains(answer.err, case[2])
  end
end

shell.main()
