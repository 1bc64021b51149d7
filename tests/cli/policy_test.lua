-- policy_test.lua - `neap policy new`, check and show; USR1 and --watch.
-- ctest timeout: 120
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestPolicy TestReload
TestPolicy = {}

local same = luaunit.assertEquals

local function folder()
  local path = shell.path("new")
  os.execute(("rm -rf %s; mkdir %s"):format(path, path))
  return path
end

local function policy(name, body)
  local text = 'local p = require "neap".policy { name = %q, %s }\n%s\nreturn p'
  return shell.file(name .. ".lua",
    text:format(name, body.fields or 'base = "fair"', body.hooks or ""))
end

function TestPolicy.test_a_new_one_passes_its_own_check_and_its_own_test()
  local path = folder()
  local answer = shell.neap { "policy", "new", "mine", cwd = path }
  same(answer.code, 0, answer.err)
  shell.assert_contains(answer.out, "written: mine.lua, mine_test.lua, .luarc.json")
  same(shell.neap({ "policy", "check", "mine.lua", "--workloads", "50", cwd = path }).code, 0)
  local editor = cjson.decode(shell.read(path .. "/.luarc.json"))
  luaunit.assertTableContains(editor["workspace.library"], "/usr/share/neap/types")
  answer = shell.neap { "mine_test.lua", cwd = path }
  same({ answer.code, answer.out }, { 0, "mine does what it promises\n" })
  answer = shell.neap { "policy", "new", "mine", cwd = path }
  same(answer.code, 2)
  shell.assert_contains(answer.err, "mine.lua is there already: choose another name")
  answer = shell.neap { "policy", "new", "two", "--base", "rr", cwd = path }
  shell.assert_contains(answer.out, "written: two.lua, two_test.lua\n")
end

function TestPolicy.test_a_new_one_needs_a_name_and_a_base_that_are_some()
  local path = folder()
  local function refused(message, ...)
    local answer = shell.neap { "policy", "new", cwd = path, ... }
    same(answer.code, 2)
    shell.assert_contains(answer.err, message)
  end
  refused('"../x" is no name for a policy: letters, digits, _ and - only', "../x")
  refused('unknown policy "fiar" (did you mean "fair"?)', "x", "--base", "fiar")
  same(shell.output("ls " .. path), "")
end

function TestPolicy.test_check_tells_what_a_policy_promises()
  local answer = shell.neap { "policy", "check", "fair", "--workloads", "50" }
  same(answer.code, 0, answer.err)
  shell.assert_contains(answer.out, "fair: 50 workloads, each in two fresh states: all is as it")
  shell.assert_contains(answer.out, "share error")
  answer = shell.neap { "policy", "check", "fair", "--workloads", "20", "--json" }
  local verdict = cjson.decode(answer.out)
  same({ verdict.ok, verdict.policy, verdict.workloads }, { true, "fair", 20 })
  luaunit.assertTrue(verdict.figures.share_error < 0.001)
end

local function fails(message, fields, hooks)
  local answer = shell.neap {
    "policy", "check", "--workloads", "50", policy("bad", { fields = fields, hooks = hooks }),
  }
  same(answer.code, 1, answer.err)
  shell.assert_contains(answer.err, message)
end

function TestPolicy.test_check_finds_a_hook_that_loops_one_that_lies_and_one_that_starves()
  fails("The shortest workload that was found, of seed 1:\n", 'base = "fair"',
    "function p:slice() error 'no' end")
  fails("slice: ", 'base = "fair"', "function p:slice() while true do end end")
  fails("slice returned a string, expected nanoseconds", 'base = "fair"',
    "function p:slice() return 'x' end")
  fails("has waited", "key = function(_, t) return -t.id end")
  fails("refuses task task1: too many", 'base = "fair"',
    "function p:init_task() return nil, 'too many' end")
end

-- Addresses and the order of pairs() are the same everywhere; what else there is, is seeded.
function TestPolicy.test_check_finds_picks_that_are_not_the_same_twice()
  local path = shell.file("twice.lua", [[
    local times = io.open(arg[1], "a+")
    local seen = #times:read("a")
    times:write("x"):close()
    local p = require "neap".policy { name = "twice", base = "fair" }
    function p:slice() return (10 + seen % 2) * 1000000 end
    return p]])
  local run = shell.file("run.lua", ([[
    local workload = require "neap.check_workload"
    arg = { %q }
    local n = 0
    local neap = require "neap"
    local real = neap.runtime
    neap.runtime = function(o) o.trust = true return real(o) end
    print(workload.try({ word = %q }, workload.draw(1)))]]):format(shell.path("times"), path))
  shell.assert_contains(shell.neap({ run }).out, "two fresh states pick differently")
end

function TestPolicy.test_show_tells_hooks_and_parameters()
  local answer = shell.neap { "policy", "show", "eager" }
  same(answer.code, 0)
  shell.assert_contains(answer.out, "in          Lua, on fair\nhooks       slice\n")
  shell.assert_contains(answer.out, "parameters  young=50000000\n")
  local about = cjson.decode(shell.neap({ "policy", "show", "las", "--json" }).out)
  same({ about.name, about.starves, about.preempts, about.hooks }, { "las", true, true, { "key" } })
  shell.assert_contains(shell.neap({ "policy", "show", "las" }).out,
    "note        preempts: a less key takes the cpu of the greatest\n")
  answer = shell.neap { "policy", "show", "egaer" }
  same(answer.code, 2)
  shell.assert_contains(answer.err, 'unknown policy "egaer" (did you mean "eager"?)')
  for alias, near in pairs { wfq = "wfqq", cfs = "cf", prio = "pri" } do
    answer = shell.neap { "policy", "show", near }
    shell.assert_contains(answer.err, ('unknown policy %q (did you mean %q?)'):format(near, alias))
  end
  answer = shell.neap { "policy", "chekc", "eager" }
  same(answer.code, 2)
  shell.assert_contains(answer.err, 'unknown action "chekc" (did you mean "check"?)')
end

TestReload = {}

local LOOP = "echo up; while :; do :; done"

local function said(run, pattern)
  return shell.await(("a line like %q"):format(pattern), 5, function()
    return run:err():match(pattern)
  end)
end

local function finish(run)
  run:signal("TERM")
  same(run:finish().code, 143)
  run:assert_gone(1)
end

function TestReload.test_USR1_takes_the_file_again_and_keeps_the_old_one_if_it_is_bad()
  local path = policy("first", {})
  local run = shell.start_neap { "run", "-j1", "-p", path, "--", "sh", "-c", LOOP }
  run:await("up\n")
  os.rename(policy("second", {}), path)
  run:signal("USR1")
  said(run, "policy second taken anew")
  shell.file("first.lua", "return 3")
  run:signal("USR1")
  said(run, "the policy stays as it is: .*a policy file returns a table, not a number")
  run:signal("QUIT")
  said(run, "\nsecond on 1 cpu")
  finish(run)
end

function TestReload.test_watch_sees_that_the_file_changes()
  local path = policy("first", {})
  local run = shell.start_neap { "run", "-j1", "--watch", "-p", path, "--", "sh", "-c", LOOP }
  run:await("up\n")
  os.rename(policy("second", {}), path)
  said(run, "policy second taken anew")
  finish(run)
end

function TestReload.test_a_policy_without_a_file_cannot_be_watched()
  local answer = shell.neap { "run", "--watch", "-p", "fair", "--", "true" }
  same(answer.code, 2)
  shell.assert_contains(answer.err, "--watch needs a policy file: -p FILE.lua, not -p fair")
end

function TestReload.test_a_trusted_policy_may_do_what_a_script_may()
  local path = policy("open", { hooks = "io.stderr:write('here\\n')" })
  local answer = shell.neap { "run", "-p", path, "--", "true" }
  same(answer.code, 2)
  shell.assert_contains(answer.err, "attempt to index a nil value (global 'io')")
  answer = shell.neap { "run", "--trust", "-p", path, "--", "true" }
  same(answer.code, 0)
  shell.assert_contains(answer.err, "here\n")
end

shell.main()
