-- overtime_test.lua - --timeout, --leftovers and job files that say likewise.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestOvertime
TestOvertime = {}

local LOOP = "while :; do :; done"

local function code_of(...)
  return shell.neap({ "run", ... }).code
end

function TestOvertime.test_one_that_timed_out_is_124()
  luaunit.assertEquals(code_of("--timeout", "50ms", "--", "sleep", "100"), 124)
  luaunit.assertEquals(code_of("--timeout", "100s", "--", "sh", "-c", "exit 3"), 3)
end

function TestOvertime.test_of_several_each_counts_as_failed()
  local path = shell.file("times.lua", ([[return {
    { "sh", "-c", %q }, { "sleep", "100" }, { "sh", "-c", "sleep 0.3", timeout = "100s" },
    { "sleep", "101", timeout = "100s", deadline = "300ms" },
    { "sh", "-c", "sleep 0.3", timeout = "100s", deadline = "1ms", may_be_late = true },
  }]]):format(LOOP))
  local answer = shell.neap { "run", "-f", path, "--timeout", "100ms" }
  luaunit.assertEquals(answer.code, 3, answer.err)
  luaunit.assertEquals(select(2, answer.err:gsub("timed out", "")), 3)
end

function TestOvertime.test_what_is_left_is_waited_for()
  local answer = shell.neap {
    "run", "--leftovers", "wait", "--", "sh", "-c", "(sleep 0.3; echo late) & exit 5",
  }
  luaunit.assertEquals(answer.code, 5)
  luaunit.assertEquals(answer.out, "late\n")
end

function TestOvertime.test_what_is_left_alone_outlives_the_run()
  local run = shell.start_neap {
    "run", "--leftovers", "leave", "--", "sh", "-c", "sleep 1003 & exit 5",
  }
  luaunit.assertEquals(run:finish().code, 5)
  local left = run:find("sleep 1003")
  luaunit.assertNotNil(left)
  luaunit.assertEquals(left.state, "S")
  run:clear()
end

function TestOvertime.test_words_that_mean_nothing_are_refused()
  local answer = shell.neap { "run", "--leftovers", "keep", "--", "true" }
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, '--leftovers must be end, wait or leave, not "keep"')
  luaunit.assertEquals(code_of("--timeout", "soon", "--", "true"), 2)
end

shell.main()
