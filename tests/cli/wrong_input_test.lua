-- wrong_input_test.lua - what cannot be right is refused before anything runs, and says why.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestWrongInput
TestWrongInput = {}

-- Runs neap; it must say `message`, answer `code` and print nothing to stdout.
local function refused(code, message, words)
  local answer = shell.neap(words)
  shell.assert_contains(answer.err, message)
  luaunit.assertEquals(answer.code, code)
  luaunit.assertEquals(answer.out, "")
  luaunit.assertNotStrContains(answer.err, "traceback")
  return answer
end

-- A job that shows whether anything ran.
local function job()
  return "--", "touch", shell.path("ran")
end

local function nothing_ran()
  luaunit.assertNil(shell.read(shell.path("ran")))
end

function TestWrongInput.test_an_unknown_policy_suggests_the_nearest()
  refused(2, 'neap: unknown policy "fiar" (did you mean "fair"?)', { "run", "-p", "fiar", job() })
  refused(2, 'unknown policy "lotery" (did you mean "lottery"?)', { "run", "-p", "lotery", job() })
  nothing_ran()
end

function TestWrongInput.test_an_unknown_policy_like_no_other_suggests_nothing()
  local answer = refused(2, 'unknown policy "zzzzzz"', { "run", "-p", "zzzzzz", job() })
  luaunit.assertNotStrContains(answer.err, "did you mean")
end

function TestWrongInput.test_a_policy_file_that_is_missing()
  refused(2, "nowhere.lua", { "run", "-p", shell.path("nowhere.lua"), job() })
  nothing_ran()
end

function TestWrongInput.test_files_without_a_directory_are_refused()
  local path = shell.file("files.lua", 'return { { "true", output = "files" } }')
  refused(2, 'job 1: output = "files" needs output_dir', { "run", "-f", path })
end

function TestWrongInput.test_a_syntax_error_in_a_policy_file_has_its_place()
  local path = shell.file("syntax.lua", 'return require "neap".policy {\n  name = = 3 }\n')
  refused(2, path .. ":2: ", { "run", "-p", path, job() })
  nothing_ran()
end

function TestWrongInput.test_an_error_in_a_policy_file_has_its_place()
  local path = shell.file("raise.lua", 'local x = nil\nreturn x.y\n')
  refused(2, path .. ":2: ", { "run", "-p", path, job() })
end

function TestWrongInput.test_a_misspelt_hook_suggests_the_nearest()
  local path = shell.file("hook.lua", [[
local policy = require "neap".policy { name = "misspelt", base = "fair" }
function policy:slcie() return 1 end
return policy
]])
  refused(2, 'unknown hook "slcie" (did you mean "slice"?)', { "run", "-p", path, job() })
  refused(2, path .. ":2: ", { "run", "-p", path, job() })
  nothing_ran()
end

function TestWrongInput.test_a_policy_file_that_gives_no_policy()
  local path = shell.file("none.lua", "return 42\n")
  refused(2, path, { "run", "-p", path, job() })
end

function TestWrongInput.test_a_quantum_out_of_range_or_no_duration()
  for _, quantum in ipairs { "0", "-1", "2h", "abc", "999us", "1001ms", "", "10 ms x", "nan" } do
    refused(2, ('the quantum must be a duration from 1ms to 1s, not "%s"'):format(quantum),
      { "run", "-q", quantum, job() })
  end
  refused(2, 'not "-1"', { "run", "--quantum", "-1", job() })
  refused(2, 'not "-1"', { "run", "--quantum=-1", job() })
  nothing_ran()
end

function TestWrongInput.test_cpus_that_are_none_or_more_than_there_are()
  for _, cpus in ipairs { "0", "-1", "abc", "1.5", "" } do
    refused(2, ('--cpus must be a whole number of at least 1, not "%s"'):format(cpus),
      { "run", "-j", cpus, job() })
  end
  local there = math.tointeger(shell.output("nproc"))
  refused(2, ("neap: %d cpus: expected 1 to %d"):format(there + 1, there),
    { "run", "-j", tostring(there + 1), job() })
  refused(2, "99999999999", { "run", "-j", "99999999999", job() })
  nothing_ran()
end

function TestWrongInput.test_other_numbers_and_durations()
  refused(2, "--max-alive must be", { "run", "--max-alive", "0", job() })
  refused(2, "--seed must be", { "run", "--seed", "-3", job() })
  refused(2, '"soon" is not a duration', { "run", "--for", "soon", job() })
  refused(2, '"-1s" is not a duration', { "run", "--for", "-1s", job() })
  nothing_ran()
end

function TestWrongInput.test_a_job_file_that_cannot_be_read()
  local path = shell.path("nowhere.txt")
  refused(2, ("neap: cannot read %s: No such file"):format(path), { "run", "-f", path })
  refused(2, "cannot read /: Is a directory", { "run", "-f", "/" })
end

function TestWrongInput.test_an_unknown_key_of_a_job_suggests_the_nearest()
  local path = shell.file("key.lua",
    ('return { { "touch", %q }, { "true", prioritty = 3 } }'):format(shell.path("ran")))
  refused(2, path .. ': job 2: unknown key "prioritty" (did you mean "priority"?)',
    { "run", "-f", path })
  nothing_ran()
end

function TestWrongInput.test_a_value_of_a_job_out_of_range()
  for key, value in pairs {
    priority = "11", weight = "0", estimate = '"soon"', env = '{ ["A=B"] = "c" }', name = '""',
    cwd = "3", deadline = "-1",
  } do
    local path = shell.file("value.lua", ('return { { "true", %s = %s } }'):format(key, value))
    refused(2, ("%s: job 1: %s must be"):format(path, key), { "run", "-f", path })
  end
end

function TestWrongInput.test_a_program_that_is_not_found()
  local answer = shell.neap { "run", "--", "no-such-program" }
  luaunit.assertEquals(answer.code, 127)
  shell.assert_contains(answer.err, 'neap: cannot run "no-such-program": not found')
  answer = shell.neap { "run", "--", "/no/such/program" }
  luaunit.assertEquals(answer.code, 127)
end

function TestWrongInput.test_a_program_that_is_not_executable()
  local plain = shell.file("plain", "just text\n")
  for _, program in ipairs { plain, "/" } do
    local answer = shell.neap { "run", "--", program }
    luaunit.assertEquals(answer.code, 126)
    shell.assert_contains(answer.err, ('neap: cannot run "%s": Permission denied'):format(program))
  end
end

function TestWrongInput.test_a_program_that_the_kernel_refuses_at_its_start()
  local path = shell.file("strange", "#!/no/such/interpreter\n")
  os.execute("chmod +x " .. path)
  local answer = shell.neap { "run", "--", path }
  luaunit.assertEquals(answer.code, 127)
  shell.assert_contains(answer.err, "neap: cannot start strange: ")
end

function TestWrongInput.test_a_job_that_cannot_run_does_not_hinder_the_others()
  local path = shell.file("several.lua", ([[return {
    { "sh", "-c", "echo first" }, { "no-such-program" }, { %q }, { "sh", "-c", "echo last" },
  }]]):format(shell.file("text", "text")))
  local answer = shell.neap { "run", "-j1", "-p", "rr", "-f", path }
  luaunit.assertEquals(answer.out, "first\nlast\n")
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, 'neap: job 2: cannot run "no-such-program": not found')
  shell.assert_contains(answer.err, "neap: job 3: cannot run")
  luaunit.assertStrMatches(answer.err, ".*\nno%-such%-program +error: not found .*")
end

function TestWrongInput.test_a_job_that_dies_by_a_signal()
  local answer = shell.neap { "run", "--", "sh", "-c", "kill -SEGV $$" }
  luaunit.assertEquals(answer.code, 128 + 11)
  shell.assert_contains(answer.err, "signal SEGV")
end

function TestWrongInput.test_no_job_or_two_sources_of_jobs()
  refused(2, "neap: no job: give -f FILE or -- PROG", { "run" })
  refused(2, "neap: no program after --", { "run", "--" })
  refused(2, "not both", { "run", "-f", "/dev/null", job() })
  refused(2, 'unexpected "true" (a program comes after --)', { "run", "true" })
  nothing_ran()
end

function TestWrongInput.test_an_unknown_option_suggests_the_nearest()
  local answer = refused(2, "unknown option '--polcy'", { "run", "--polcy", "rr", job() })
  shell.assert_contains(answer.err, "'--policy'")
  shell.assert_contains(answer.err, "try 'neap run --help'")
  refused(2, "'-p' requires an argument", { "run", "-p" })
end

shell.main()
