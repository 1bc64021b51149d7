-- job_file_test.lua - what a job file may say, as text and as Lua.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestTextFile
TestTextFile = {}
-- luacheck: globals TestLuaFile
TestLuaFile = {}

-- Runs the jobs one after the other; returns the answer, of which nothing may have failed.
local function run_file(path, words)
  local answer = shell.neap { "run", "-j1", "-p", "rr", "-q", "1s", "-f", path,
    input = words and words.input, env = words and words.env, cwd = words and words.cwd }
  luaunit.assertEquals(answer.code, 0, answer.err)
  return answer
end

local function output_of(text, words)
  return run_file(shell.file("jobs.txt", text), words).out
end

local function output_of_lua(text, words)
  return run_file(shell.file("jobs.lua", text), words).out
end

local function refused(text, message)
  local path = shell.file("bad.lua", text)
  local answer = shell.neap { "run", "-f", path }
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, "neap: " .. path .. message)
end

function TestTextFile.test_each_line_is_a_shell_command()
  luaunit.assertEquals(output_of [[
echo one; echo two
echo $((1 + 2)) | cat
V='a  b' sh -c 'echo "$V"'
]], "one\ntwo\n3\na  b\n")
end

function TestTextFile.test_blank_lines_and_comments_are_skipped()
  luaunit.assertEquals(
    output_of "# first\n\n  \t\n   # second\necho a # not a comment of ours\n#x\n", "a\n")
end

function TestTextFile.test_lines_may_end_as_on_other_systems()
  luaunit.assertEquals(output_of "\xEF\xBB\xBFecho a\r\n\r\necho b\r\n", "a\nb\n")
end

function TestTextFile.test_the_last_line_needs_no_end()
  luaunit.assertEquals(output_of "echo a\necho b", "a\nb\n")
end

function TestTextFile.test_stdin_is_a_job_file_too()
  luaunit.assertEquals(run_file("-", { input = "echo a\n# no\necho b\n" }).out, "a\nb\n")
end

function TestTextFile.test_a_row_is_named_after_its_program()
  local answer = run_file("-", { input = "LANG=C /bin/echo a\ntrue\n" })
  luaunit.assertStrMatches(answer.err, ".*\necho +0 .*\ntrue +0 .*")
end

-- What is run for each of these lines: its first two words.
local function started_by(lines)
  local script = shell.file("read.lua", [[
    for _, job in ipairs(require("neap.jobs").read(arg[1])) do print(job[1], job[2]) end]])
  return shell.neap { script, shell.file("jobs.txt", lines) }.out
end

function TestTextFile.test_a_line_that_is_only_words_is_run_without_a_shell()
  luaunit.assertEquals(started_by "/bin/true\n  make -j4\tCC=gcc\n", "/bin/true\tnil\nmake\t-j4\n")
end

function TestTextFile.test_a_line_in_which_a_shell_finds_something_to_do_is_the_shells()
  local lines = ("A=1 env@env $A@env 'a'@env \"a\"@env \\a@env ~@env *@env ?@env [a]@env {a,b}@" ..
    "env #a@env >a@env <a@env &@(env)@! env@echo a@true@time env@env `env`@env a^b@-env@" ..
    "env;env"):gsub("@", "\n")
  local wanted = ("/bin/sh\t-c\n"):rep(select(2, lines:gsub("\n", "")) + 1)
  luaunit.assertEquals(started_by(lines), wanted)
end

function TestTextFile.test_the_words_of_a_line_reach_its_program()
  luaunit.assertEquals(output_of "/usr/bin/printf %s,%s a=b,c  ./d:e@f\nenv printf %d 12\n",
    "a=b,c,./d:e@f12")
end

function TestTextFile.test_a_line_whose_program_is_not_there_ends_as_in_a_shell()
  local answer = shell.neap { "run", "-f", "-", input = "no-such-program a\n/etc\n" }
  luaunit.assertEquals(answer.code, 2)
  luaunit.assertStrMatches(answer.err, ".*\nno%-such%-program +127 .*\netc +126 .*")
end

function TestTextFile.test_a_line_too_long_for_the_system_is_refused_with_its_place()
  local answer = shell.neap { "run", "-f", "-", input = "true\n: " .. ("x"):rep(140000) .. "\n" }
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, "neap: stdin:2: longer than")
end

function TestTextFile.test_a_NUL_is_refused_with_its_place()
  local answer = shell.neap { "run", "-f", "-", input = "true\necho a\0b\n" }
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, "neap: stdin:2: a NUL byte")
end

function TestLuaFile.test_a_job_is_a_vector_of_words_and_no_shell_line()
  luaunit.assertEquals(output_of_lua [[return { { "printf", "%s.", "a  b", "$HOME", "" } }]],
    "a  b.$HOME..")
end

function TestLuaFile.test_every_key_is_taken()
  local stats = shell.path("keys.json")
  local path = shell.file("keys.lua", ([[return {
    { "sh", "-c", "echo $COLOUR $KEPT; pwd", name = "all", priority = 7, weight = 300,
      estimate = "10ms", deadline = "1.5s", period = 10^9 // 1 | 0, group = 3,
      cwd = %q, env = { COLOUR = "red" } },
    { "true", priority = 7 },
    { "true", weight = 1 },
  }]]):format("/usr"))
  local answer = shell.neap { "run", "-j1", "--stats", stats, "-f", path, env = { "KEPT=yes" } }
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertEquals(answer.out, "red yes\n/usr\n")
  local text = shell.read(stats)
  shell.assert_contains(text, '"name":"all"')
  luaunit.assertStrMatches(text, '.*"name":"all","pid":%d+,"priority":7,"weight":300,.*')
  luaunit.assertStrMatches(text, '.*"name":"true","pid":%d+,"priority":7,"weight":156,.*')
  luaunit.assertStrMatches(text, '.*"name":"true","pid":%d+,"priority":5,"weight":1,.*')
end

function TestLuaFile.test_it_is_a_program()
  luaunit.assertEquals(output_of_lua [[
local list = {}
for i = 1, 3 do list[i] = { "echo", tostring(i), name = "echo " .. i } end
return list
]], "1\n2\n3\n")
end

function TestLuaFile.test_estimates_reach_the_policy()
  local path = shell.file("sjf.lua", [[return {
    { "echo", "long", estimate = "3s" }, { "echo", "short", estimate = "1s" }, { "echo", "none" },
    { "echo", "middle", estimate = "2s" },
  }]])
  local answer = shell.neap { "run", "-j1", "-p", "sjf", "-f", path }
  luaunit.assertEquals(answer.out, "short\nmiddle\nlong\nnone\n")
end

function TestLuaFile.test_priorities_reach_the_policy()
  local path = shell.file("prio.lua", [[return {
    { "echo", "low", priority = 1 }, { "echo", "high", priority = 9 }, { "echo", "normal" },
  }]])
  local answer = shell.neap { "run", "-j1", "-p", "prio", "-f", path }
  luaunit.assertEquals(answer.out, "high\nnormal\nlow\n")
end

function TestLuaFile.test_an_unknown_key_suggests_the_nearest()
  refused('return { { "true" }, { "true", wieght = 3 } }',
    ': job 2: unknown key "wieght" (did you mean "weight"?)')
  refused('return { { "true", zzzz = 3 } }', ': job 1: unknown key "zzzz"\n')
end

function TestLuaFile.test_an_error_in_the_chunk_has_its_place()
  refused("local t = {}\nreturn t.a.b\n", ":2: attempt to index")
  refused("return {\n  { 'true' }\n  { 'true' \n}", ":3: ")
end

function TestLuaFile.test_what_is_no_list_of_jobs_is_refused()
  refused("return 42", ": must return a list of jobs, not 42")
  refused("local x = 1", ": must return a list of jobs, not nil")
  refused('return { jobs = {} }', ': must return a list of jobs, but has the key "jobs"')
  refused('return { "true" }', ': job 1: a job is a table, not "true"')
  refused("return { {} }", ": job 1: no program")
  refused('return { { "true", 3 } }', ": job 1: word 2 of the command must be a text, not 3")
end

function TestLuaFile.test_a_cwd_that_is_missing_fails_that_job_alone()
  local path = shell.file("cwd.lua", [[return {
    { "echo", "a", cwd = "/no/such/folder", name = "lost" }, { "echo", "b" },
  }]])
  local answer = shell.neap { "run", "-f", path }
  luaunit.assertEquals(answer.code, 1)
  luaunit.assertEquals(answer.out, "b\n")
  luaunit.assertStrMatches(answer.err, ".*cannot %a+ .*No such file.*")
end

shell.main()
