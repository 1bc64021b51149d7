-- ci_runner_test.lua - examples/ci-runner: untrusted commands by project, in C.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestRunner
TestRunner = {}

local LOOP = "while :; do :; done"

local function command(jobs, ...)
  return { os.getenv("NEAP_EXAMPLES") .. "/example_ci_runner", shell.file("jobs", jobs), ... }
end

function TestRunner.test_each_line_has_its_jobs_name_before_it_and_failures_count()
  local answer = shell.run(command("# a comment\n\none echo first; echo >&2 second\n"
    .. "two echo third; exit 3\n"))
  luaunit.assertEquals(answer.code, 1, answer.err)
  luaunit.assertStrContains(answer.out, "one.1: first\n")
  luaunit.assertStrContains(answer.out, "two.2: third\n")
  luaunit.assertStrContains(answer.err, "one.1: second\n")
  luaunit.assertStrContains(answer.err, "ci-runner: one.1: exit 0,")
  luaunit.assertStrContains(answer.err, "ci-runner: two.2: exit 3,")
end

function TestRunner.test_all_went_well()
  luaunit.assertEquals(shell.run(command "a true\nb true\n").code, 0)
end

function TestRunner.test_time_and_memory_have_a_limit()
  local answer = shell.run(command(("a %s\nb x=$(head -c 300000000 /dev/zero | tr '\\0' x)\n")
    :format(LOOP), "1", "32"))
  luaunit.assertEquals(answer.code, 1, answer.err)
  luaunit.assertStrContains(answer.err, "ci-runner: a.1: timeout 15, ")
  luaunit.assertStrMatches(answer.err, ".*ci%-runner: b%.2: %a+ [^0].*")
end

-- However slow the machine is, nobody gets more of it.
function TestRunner.test_no_project_gets_more_than_its_cap()
  local answer = shell.run(command(("a %s\na %s\nb %s\n"):format(LOOP, LOOP, LOOP),
    "1", "1024", "40"))
  local used = {}
  for name, seconds in answer.err:gmatch("ci%-runner: (%w)%.%d: timeout 15, (%S+) s") do
    used[name] = (used[name] or 0) + tonumber(seconds)
  end
  luaunit.assertTrue(used.a > 0 and used.b > 0, answer.err)
  luaunit.assertTrue(used.a < answer.took * 0.4 + 0.2, answer.err)
  luaunit.assertTrue(used.b < answer.took * 0.4 + 0.2, answer.err)
end

function TestRunner.test_an_interrupt_ends_them_all()
  local run = shell.start(command(("a echo pid $$; %s\nb trap '' TERM; echo pid $$; %s\n")
    :format(LOOP, LOOP)))
  local first, second = run:await("pid (%d+)\n.*pid (%d+)\n"),
    select(2, run:out():match("pid (%d+)\n.*pid (%d+)\n"))
  run:signal("INT")
  run:await("") -- its handler has come and the grace time runs
  run:signal("INT")
  local answer = run:finish()
  luaunit.assertEquals(answer.code, 130, answer.err)
  luaunit.assertNil(shell.read(("/proc/%s/stat"):format(first)))
  luaunit.assertNil(shell.read(("/proc/%s/stat"):format(second)))
  run:assert_gone(1)
end

function TestRunner.test_without_jobs_it_says_how_it_is_called()
  local answer = shell.run { os.getenv("NEAP_EXAMPLES") .. "/example_ci_runner" }
  luaunit.assertEquals(answer.code, 2)
  luaunit.assertStrContains(answer.err, "usage: ci-runner JOBS")
end

shell.main()
