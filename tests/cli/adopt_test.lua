-- adopt_test.lua - the guard of a script's runtime is killed: in the neap program the tasks go on.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestAdopt
TestAdopt = {}

local SCRIPT = [[
local neap = require "neap"
io.stdout:setvbuf "line"
local rt <close> = neap.runtime { cpus = 1, on_death = "end", %s }
rt:on("error", function(report) print(report.kind, report.message) end)
assert(rt:spawn { "sh", "-c", "echo up; read x <%s; exit 5" })
rt:on("exit", function(_, how, code) print("ended", how, code) end)
print("run", rt:run())
]]

-- Runs it, kills what starts its tasks and holds the answer until that is known.
local function answer_after_a_kill(option)
  local pipe = shell.path("pipe." .. #option)
  os.execute("mkfifo " .. pipe)
  local run = shell.start_neap { shell.file("adopt.lua", SCRIPT:format(option, pipe)) }
  run:await("up\n")
  for _, process in ipairs(run:children()) do
    if process.command:find("^neap%-") then run:signal("KILL", process.pid) end
  end
  run:await("guard\t")
  local writer <close> = io.open(pipe, "r+") -- never waits for a reader
  writer:write("go\n")
  writer:flush()
  local answer = run:finish()
  run:assert_gone(1)
  return answer
end

function TestAdopt.test_the_runtime_of_a_script_adopts_its_tasks()
  local answer = answer_after_a_kill("")
  shell.assert_contains(answer.out, "1 task was taken over")
  shell.assert_contains(answer.out, "ended\texit\t5\nrun\ttrue\n")
end

function TestAdopt.test_unless_it_says_that_it_does_not()
  local answer = answer_after_a_kill("adopt = false")
  shell.assert_contains(answer.out, "the guard died: ending its tasks")
  shell.assert_contains(answer.out, "ended\tlost\t0\nrun\tnil\tthe guard died")
  luaunit.assertNil(answer.out:find("taken over", 1, true))
end

-- The guard is asked to start some, and dies before it has.
local ASKED = [[
local neap = require "neap"
io.stdout:setvbuf "line"
local rt <close> = neap.runtime { cpus = 1, on_death = "end" }
rt:on("error", function() end)
local words = 'echo "$0 says"; echo "$0 errs" >&2; exit 3'
local first = assert(rt:spawn { "sh", "-c", "exit 0" })
first:wait()
print "stop"
io.read()
local file <close> = assert(io.open(%q, "w"))
local mode, dir = %q, %q
local function spawn(name, more)
  local job = { "sh", "-c", words, name, name = name, output = mode, output_dir = dir }
  for key, value in pairs(more or {}) do job[key] = value end
  return assert(rt:spawn(job))
end
spawn("one", { stdout = file })
spawn("two")
rt:run(100 * neap.ms)
print "kill"
io.read()
rt:on("exit", function(task, how, code) print("ended", task.name, how, code) end)
print("run", rt:run())
]]

local function guards_of(run)
  local list = {}
  for _, process in ipairs(run:children()) do
    if process.command:find("^neap%-guard") then list[#list + 1] = process.pid end
  end
  return list
end

-- The output of the run in this mode, and what `one` has brought as its stdout has got.
local function run_asked(mode, dir)
  local pipe, brought = shell.path("asked." .. mode), shell.path("brought." .. mode)
  os.execute("mkfifo " .. pipe)
  local script = shell.file("asked.lua", ASKED:format(brought, mode, dir or "/"))
  local run = shell.start { "sh", "-c", 'exec "$0" "$1" <"$2"', os.getenv("NEAP"), script, pipe }
  local writer <close> = io.open(pipe, "r+")
  writer:setvbuf "no"
  run:await("stop\n")
  local guard = guards_of(run)[1]
  run:signal("STOP", guard)
  writer:write("go\n")
  run:await("kill\n")
  run:signal("KILL", guard)
  writer:write("go\n")
  local answer = run:finish()
  run:assert_gone(1)
  shell.assert_contains(answer.out, "ended\tone\texit\t3\n")
  shell.assert_contains(answer.out, "ended\ttwo\texit\t3\n")
  shell.assert_contains(answer.out, "run\ttrue\n")
  return answer, shell.read(brought)
end

local function count(text, part)
  return select(2, text:gsub(part, ""))
end

function TestAdopt.test_the_output_of_those_that_are_started_again_is_there_once()
  for _, mode in ipairs { "tag", "group" } do
    local answer, brought = run_asked(mode)
    luaunit.assertEquals(count(answer.out, "two says\n"), 1, mode)
    luaunit.assertEquals(count(answer.err, "one errs\n"), 1, mode)
    luaunit.assertEquals(count(answer.err, "two errs\n"), 1, mode)
    luaunit.assertEquals(brought, "one says\n", mode)
  end
end

function TestAdopt.test_and_their_files_are_there_once()
  local dir = shell.path("files")
  os.execute("mkdir " .. dir)
  local _, brought = run_asked("files", dir)
  luaunit.assertEquals(brought, "one says\n")
  luaunit.assertEquals(shell.read(dir .. "/two.out"), "two says\n")
  luaunit.assertEquals(shell.read(dir .. "/one.err"), "one errs\n")
  luaunit.assertEquals(shell.read(dir .. "/two.err"), "two errs\n")
  luaunit.assertEquals(shell.output("ls " .. dir), "one.err\ntwo.err\ntwo.out\n")
end

shell.main()
