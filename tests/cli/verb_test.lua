-- verb_test.lua - the verbs that only tell something, and Lua programs.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestVerb
TestVerb = {}
-- luacheck: globals TestScript
TestScript = {}

-- What neap prints to stdout, of a run that succeeds and is silent on stderr.
local function told(...)
  local answer = shell.neap { ... }
  luaunit.assertEquals(answer.err, "")
  luaunit.assertEquals(answer.code, 0)
  return answer.out
end

local function refused(code, message, ...)
  local answer = shell.neap { ... }
  shell.assert_contains(answer.err, message)
  luaunit.assertEquals(answer.code, code)
  luaunit.assertEquals(answer.out, "")
  return answer.err
end

function TestVerb.test_policies_lists_what_is_bundled()
  local text = told("policies")
  for _, row in ipairs {
    "eager +%- +Lua +%S", "fair +cfs +C +%S", "lottery +%- +Lua +%S",
    "priority +prio +C +%S.*%[starves%]", "round_robin +rr +C +%S", "sjf +%- +Lua +%S.*%[starves%]",
  } do
    luaunit.assertStrMatches(text, ".*\n" .. row .. "[^\n]*\n.*")
  end
end

function TestVerb.test_every_policy_that_is_listed_runs()
  for name in told("policies"):gmatch("\n(%S+)") do
    local answer = shell.neap { "run", "-p", name, "--", "true" }
    luaunit.assertEquals(answer.code, 0, answer.err)
    shell.assert_contains(answer.err, name .. " on ")
  end
end

function TestVerb.test_help_shows_the_verbs()
  local text = told("help")
  for _, verb in ipairs { "help", "policies", "run", "version" } do
    luaunit.assertStrMatches(text, ".*\n  " .. verb .. " +%u[^\n]*\n.*")
  end
  luaunit.assertEquals(told("--help"), text)
  luaunit.assertEquals(told("-h"), text)
end

function TestVerb.test_without_a_word_the_help_goes_to_stderr()
  luaunit.assertEquals(refused(2, "usage: neap VERB"), told("help"))
end

function TestVerb.test_every_verb_answers_help_whatever_else_it_wants()
  for verb in told("help"):gmatch "\n  (%l+) +%u" do
    luaunit.assertEquals(told(verb, "--help"), told("help", verb))
    luaunit.assertEquals(told(verb, "-h"), told("help", verb))
  end
end

function TestVerb.test_the_help_of_a_verb_has_examples()
  local text = told("run", "--help")
  for _, part in ipairs {
    "usage: neap run", "examples:", "neap run -p fair", "--policy", "--quantum", "--cpus",
    "--stats", "--for", "--max-alive", "--verbose", "--seed",
  } do
    shell.assert_contains(text, part)
  end
  luaunit.assertEquals(told("help", "run"), text)
  luaunit.assertEquals(told("run", "-h"), text)
  shell.assert_contains(told("policies", "--help"), "usage: neap policies")
end

function TestVerb.test_the_version()
  luaunit.assertStrMatches(told("version"), "neap %d+%.%d+%.%d+ %(Lua 5%.4%)\n")
  luaunit.assertEquals(told("--version"), told("version"))
end

function TestVerb.test_an_unknown_verb_suggests_the_nearest()
  shell.assert_contains(refused(2, 'unknown verb "polices" (did you mean "policies"?)', "polices"),
    "try 'neap help'")
  refused(2, 'unknown verb "rnu" (did you mean "run"?)', "help", "rnu")
  refused(2, 'unknown verb "zzzzzz"\n', "zzzzzz")
end

function TestVerb.test_a_word_too_many_is_refused()
  refused(2, 'unexpected "x"', "version", "x")
  refused(2, 'unexpected "x"', "policies", "x")
end

function TestScript.test_it_gets_its_arguments_and_gives_its_code()
  local path = shell.file("args.lua", [[
print(select("#", ...), ...)
print(arg[0], #arg, arg[1], arg[2])
os.exit(9)
]])
  local answer = shell.neap { path, "-v", "--", "a b" }
  luaunit.assertEquals(answer.out, "3\t-v\t--\ta b\n" .. path .. "\t3\t-v\t--\n")
  luaunit.assertEquals(answer.code, 9)
end

function TestScript.test_it_succeeds_when_it_comes_to_its_end()
  local path = shell.file("plain", "#!/usr/bin/env neap\nprint(require('neap').version)\n")
  luaunit.assertStrMatches(told(path), "%d+%.%d+%.%d+\n")
  luaunit.assertEquals(shell.neap({ shell.file("f.lua", "os.exit(false)") }).code, 1)
  luaunit.assertEquals(shell.neap({ shell.file("t.lua", "os.exit(true, true)") }).code, 0)
end

function TestScript.test_an_error_has_its_place_and_a_traceback()
  local path = shell.file("boom.lua", 'local function inner() error("boom") end\ninner()\n')
  local text = refused(1, path .. ":1: boom\nstack traceback:", path)
  shell.assert_contains(text, path .. ":2: in main chunk")
  refused(1, path .. ":1: ", shell.file("boom.lua", "local = 3"))
  refused(1, "an object", shell.file("object.lua",
    'error(setmetatable({}, { __tostring = function() return "an object" end }))'))
end

function TestScript.test_one_that_is_missing_or_no_file()
  refused(1, "nowhere.lua", shell.path("nowhere.lua"))
  refused(2, 'unknown verb "/"', "/")
end

function TestScript.test_it_runs_real_processes()
  local path = shell.file("real.lua", [[
local neap = require "neap"
local rt <close> = neap.runtime { policy = "fair", cpus = 1 }
local loop = "while :; do :; done"
local tasks = {}
for i, weight in ipairs { 100, 300 } do
  tasks[i] = assert(rt:spawn { "sh", "-c", loop, name = "loop " .. i, weight = weight })
end
rt:on("exit", function(task, how, code) print(task.name, how, code) end)
rt:after(400 * neap.ms, function()
  local light, heavy = tasks[1].cpu_ns, tasks[2].cpu_ns
  print(heavy > 2 * light and heavy < 4 * light)
  tasks[1]:kill("now")
  tasks[2]:signal("TERM")
end)
print(assert(rt:spawn { "sh", "-c", "exit 4" }):wait())
assert(rt:run())
print(rt:spawn { "no-such-program" })
]])
  local answer = shell.neap { path }
  luaunit.assertEquals(answer.err, "")
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertStrMatches(answer.out, "sh\texit\t4\nexit\t4\ntrue\n"
    .. "loop %d\tsignal\t%d+\nloop %d\tsignal\t%d+\n"
    .. "nil\t[^\n]*not found\t2\n")
end

function TestScript.test_what_it_left_running_runs_on_when_it_ends_and_nothing_is_held()
  local path = shell.file("leave.lua", [[
local neap = require "neap"
local rt = neap.runtime { policy = "rr", cpus = 1, on_death = "continue" }
for i = 1, 2 do rt:spawn { "sh", "-c", "echo up; exec sleep 0.3" } end
rt:run("100ms")
os.exit(5, false)
]])
  local run = shell.start_neap { path }
  luaunit.assertEquals(run:finish().code, 5)
  for _, process in ipairs(run:children()) do luaunit.assertNotEquals(process.state, "T") end
  run:assert_gone(5)
end

shell.main()
