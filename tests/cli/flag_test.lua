-- flag_test.lua - options of `neap run`: what each does, and what it refuses.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestFlag
TestFlag = {}

local LOOP = "while :; do :; done"

local function refused(message, ...)
  local answer = shell.neap { "run", ... }
  shell.assert_contains(answer.err, message)
  luaunit.assertEquals(answer.code, 2)
  luaunit.assertEquals(answer.out, "")
  luaunit.assertNotStrContains(answer.err, "traceback")
end

local STUBBORN = "trap '' TERM; echo up; " .. LOOP

function TestFlag.test_grace_is_the_time_between_TERM_and_KILL()
  local run = shell.start_neap { "run", "--grace", "300ms", "--", "sh", "-c", STUBBORN }
  run:await("up\n")
  local since = shell.now()
  run:signal("TERM")
  luaunit.assertEquals(run:finish().code, 143)
  run:assert_gone(1)
  luaunit.assertTrue(shell.now() - since > 0.28) -- by a clock that ticks each 10 ms
  luaunit.assertTrue(shell.now() - since < 1.9)
end

function TestFlag.test_no_grace_at_all()
  local run = shell.start_neap { "run", "--grace", "0", "--", "sh", "-c", STUBBORN }
  run:await("up\n")
  local since = shell.now()
  run:signal("TERM")
  luaunit.assertEquals(run:finish().code, 143)
  run:assert_gone(1)
  luaunit.assertTrue(shell.now() - since < 1.5)
end

function TestFlag.test_a_grace_out_of_range()
  for _, time in ipairs { "-1s", "25h", "soon", "" } do
    refused(('the grace time must be a duration from 0s to 24h, not "%s"'):format(time),
      "--grace", time, "--", "true")
  end
end

local function killed(...)
  local run = shell.start_neap {
    input = ("echo up; %s\n"):format(LOOP):rep(2), "run", "-j1", "-f", "-", ...,
  }
  run:await("up\nup\n")
  run:signal("KILL")
  run:finish()
  return run
end

function TestFlag.test_on_death_says_what_becomes_of_the_tasks()
  killed("--on-death", "end"):assert_gone(5)
  killed():assert_gone(5)
end

function TestFlag.test_on_death_continue_lets_them_run_on()
  local path = shell.path("go")
  os.execute("mkfifo " .. path)
  local run = shell.start_neap {
    "run", "-j1", "--on-death", "continue", "--", "sh", "-c", "echo up; read line <" .. path,
  }
  run:await("up\n")
  run:signal("KILL")
  run:finish()
  local job = shell.await("the job to run on alone", 5, function()
    return not run:find("neap-guard") and run:find("read line")
  end)
  luaunit.assertNotEquals(job.state, "T")
  shell.file("go", "go\n")
  run:assert_gone(5)
end

function TestFlag.test_a_death_that_is_neither()
  refused('--on-death must be end or continue, not "stay"', "--on-death", "stay", "--", "true")
end

function TestFlag.test_no_confine_leaves_all_CPUs_to_the_tasks()
  local answer = shell.neap {
    "run", "-j1", "--no-confine", "--", "grep", "Cpus_allowed_list", "/proc/self/status",
  }
  luaunit.assertEquals(answer.out, shell.output("grep Cpus_allowed_list /proc/self/status"))
end

function TestFlag.test_quiet_says_nothing_but_errors()
  local answer = shell.neap { "run", "--quiet", "--", "echo", "out" }
  luaunit.assertEquals({ answer.code, answer.out, answer.err }, { 0, "out\n", "" })
  answer = shell.neap { "run", "--quiet", "--", "no-such-program" }
  luaunit.assertEquals(answer.err, 'neap: cannot run "no-such-program": not found\n')
  luaunit.assertEquals(answer.code, 127)
end

function TestFlag.test_quiet_and_verbose_exclude_each_other()
  refused("give either --quiet or --verbose, not both", "--quiet", "-v", "--", "true")
end

function TestFlag.test_a_parameter_reaches_the_policy()
  local path = shell.file("says.lua", [[
local says = require "neap".policy { name = "says", base = "rr", word = "none", times = 1 }
function says:running() self:log(self.word .. "," .. self.times * 2) end
function says:exit(why) self:log("bye: " .. why) end
return says
]])
  local answer = shell.neap { "run", "-v", "-p", path, "--param", "word=a=b", "--param=times=21",
    "--", "true" }
  luaunit.assertEquals(answer.code, 0, answer.err)
  shell.assert_contains(answer.err, "neap: says: a=b,42")
  shell.assert_contains(answer.err, "neap: says: bye: closed")
end

function TestFlag.test_a_parameter_that_the_policy_does_not_have_or_cannot_take()
  refused('priority: has no parameter "agng" (did you mean "aging"?)',
    "-p", "prio", "--param", "agng=1ms", "--", "true")
  refused('parameter aging = "x": expected a duration',
    "-p", "prio", "--param", "aging=x", "--", "true")
  refused('a parameter is NAME=VALUE, not "aging"', "-p", "prio", "--param", "aging", "--", "true")
end

function TestFlag.test_a_word_that_is_none_of_those_there_are()
  for option, words in pairs {
    progress = "auto, always or never", actuator = "stop, freeze or none",
    leftovers = "end, wait or leave", without = "cgroup or perf",
  } do
    refused(('--%s must be %s, not "maybe"'):format(option, words), "--" .. option, "maybe",
      "--", "true")
  end
end

function TestFlag.test_a_hold_that_is_too_short()
  refused('the longest hold must be at least 10ms, or 0 for no bound, not "1ms"',
    "--max-hold", "1ms", "--", "true")
end

shell.main()
