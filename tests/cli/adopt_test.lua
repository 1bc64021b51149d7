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

shell.main()
