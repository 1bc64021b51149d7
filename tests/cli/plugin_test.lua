-- plugin_test.lua - policies in shared objects: run, sim, policy check and show, replay.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestPlugin
TestPlugin = {}

local same = luaunit.assertEquals
local folder = os.getenv "NEAP_TEST_PLUGINS"
local own = folder .. "/own_policy_plugin.so"

local function ok(words)
  local answer = shell.neap(words)
  same(answer.code, 0, answer.err)
  return answer.out .. answer.err
end

function TestPlugin.test_it_runs_processes_from_a_relative_path()
  shell.assert_contains(ok { "run", "-p", "./own_policy_plugin.so", "-s", "longest=20ms", "-j1",
    "--stats", "-", "--", "sh", "-c", "exit 0", cwd = folder }, "turns")
  shell.assert_contains(ok { "run", "-p", "own_policy_plugin.so", "--stats", "-", "--", "true",
    cwd = folder }, "turns")
end

function TestPlugin.test_it_is_simulated_beside_another()
  local text = ok { "sim", "-p", "fair", "-p", own, "examples/workloads/mixed.lua" }
  shell.assert_contains(text, "fair")
  shell.assert_contains(text, "turns")
end

function TestPlugin.test_it_passes_its_check()
  for _, path in ipairs { own, folder .. "/verbs.so" } do
    shell.assert_contains(ok { "policy", "check", path, "--workloads", "50" }, "all is as it must")
  end
  shell.assert_contains(ok { "policy", "show", own }, "longest")
end

function TestPlugin.test_a_run_under_it_is_recorded_and_done_again()
  local record = shell.path "run.rec"
  ok { "run", "-p", own, "--record", record, "-j1", "--", "true" }
  shell.assert_contains(ok { "replay", record }, "turns")
  ok { "replay", record, "-p", own }
end

local function refused(path, why)
  local answer = shell.neap { "run", "-p", path, "--", "true" }
  same(answer.code, 2, answer.err)
  shell.assert_contains(answer.err, why)
end

function TestPlugin.test_what_is_no_policy_is_a_clear_error()
  refused("./no/such.so", "cannot read policy file ./no/such.so: No such file or directory")
  refused(shell.file("text.so", ("not a library "):rep(100)), "invalid ELF header")
  refused(folder .. "/other_version.so", "is made for version 7 of the interface, this neap has 1")
  refused(folder .. "/no_door.so", "it has no symbol neap_plugin")
  refused(folder .. "/half.so", "enqueue, dequeue and pick come together")
end

function TestPlugin.test_it_is_not_watched()
  local answer = shell.neap { "run", "-p", own, "--watch", "--", "true" }
  same(answer.code, 2)
  shell.assert_contains(answer.err, "--watch needs a policy file: -p FILE.lua")
end

shell.main()
