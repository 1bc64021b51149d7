-- terminal_test.lua - neap on a terminal: the line of progress, the keys, its going away.
--
-- The terminal is that of script(1), which every Debian has; the test types through a pipe.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestProgress
TestProgress = {}
-- luacheck: globals TestKeys
TestKeys = {}

local LOOP = "while :; do :; done"
local terminals = 0

-- Starts `neap run` with these words on a terminal of `columns` columns (60); `run.keys` is its
-- keyboard.
local function start(words)
  terminals = terminals + 1
  local pipe = shell.path("keyboard" .. terminals)
  os.execute("mkfifo " .. pipe)
  local line = {}
  for i, word in ipairs(words) do line[i] = shell.quote(word) end
  local inner = ("stty cols %d; exec %s run %s"):format(
    words.columns or 60, shell.quote(os.getenv("NEAP")), table.concat(line, " "))
  local run = shell.start {
    "sh", "-c", ("exec script -qec %s /dev/null <%s"):format(shell.quote(inner), pipe),
    env = { "TERM=" .. (words.term or "xterm"), "SHELL=/bin/sh" },
  }
  run.keys = assert(io.open(pipe, "w"))
  run.keys:setvbuf("no")
  return run
end

local function finish(run)
  local answer = run:finish()
  run.keys:close()
  run:assert_gone(1)
  return answer
end

local function jobs(text)
  return shell.file("jobs", text)
end

function TestProgress.test_it_is_rewritten_in_place_and_gone_before_the_table()
  local run = start { "-j1", "-f", jobs "exit 1\nsleep 0.7\n" }
  local answer = finish(run)
  luaunit.assertEquals(answer.code, 1)
  local line = answer.out:match(
    "\r\27%[K(1 done %(1 failed%), 1 running, 0 waiting, 00:00 *)\r\27%[K")
  luaunit.assertEquals(#line, 60) -- to the last column
  luaunit.assertStrMatches(answer.out, ".*\r\27%[Ktask +exit .*")
  local _, drawn = answer.out:gsub("waiting", "")
  luaunit.assertTrue(drawn <= 4, drawn) -- only when something changed
end

function TestProgress.test_it_is_cut_where_the_terminal_ends()
  local answer = finish(start { "-f", jobs "sleep 0.6\n", columns = 12 })
  luaunit.assertStrContains(answer.out, "\r\27[K0 done, 1 ru\r\27[K")
end

function TestProgress.test_a_line_of_ours_does_not_run_into_it()
  local answer = finish(start { "-v", "-j1", "-f", jobs "sleep 0.5\nsleep 0.1\n" })
  luaunit.assertStrMatches(answer.out, ".*waiting, 00:00 *\r\27%[Kneap: task 1 %(sleep%): 0 .*")
end

function TestProgress.test_a_dumb_terminal_a_single_program_and_never_have_none()
  for _, words in ipairs {
    { "-f", jobs "sleep 0.4\n", term = "dumb" },
    { "--", "sleep", "0.4" },
    { "--progress", "never", "-f", jobs "sleep 0.4\n" },
    { "--quiet", "-f", jobs "sleep 0.4\n" },
  } do
    local answer = finish(start(words))
    luaunit.assertEquals(answer.code, 0)
    luaunit.assertNotStrContains(answer.out, "waiting")
    luaunit.assertNotStrContains(answer.out, "\27")
  end
end

function TestProgress.test_without_a_terminal_there_is_none_unless_it_is_asked_for()
  local words = { "run", "-j1", "-f", jobs "sleep 1.2\n" }
  luaunit.assertNotStrContains(shell.neap(words).err, "waiting")
  words[#words + 1] = "--progress=always"
  local answer = shell.neap(words)
  luaunit.assertStrContains(answer.err, "neap: 0 done, 1 running, 0 waiting, 00:01\n")
  luaunit.assertNotStrContains(answer.err, "\r")
end

function TestProgress.test_a_terminal_that_is_halted_holds_up_no_job()
  local path = shell.path("went-on")
  os.execute("mkfifo " .. shell.path("halt"))
  local run = start { "-v", "-j1", "-f",
    jobs("echo begun; read line <" .. shell.path("halt") .. "\nsleep 0.6\ntouch " .. path .. "\n") }
  run:await("begun\r\n")
  run.keys:write("\19") -- Ctrl-S
  shell.file("halt", "go\n")
  shell.await("the last job", 10, function() return shell.read(path) end)
  run.keys:write("\17") -- Ctrl-Q
  local answer = finish(run)
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertStrContains(answer.out, "(touch): 0 after")
  luaunit.assertStrContains(answer.out, "fair on 1 cpu")
end

-- Two busy jobs on one cpu, with `prologue` in the first.
local function start_busy(prologue)
  local text = ("%s; echo begun; %s\necho too; %s\n"):format(prologue, LOOP, LOOP)
  local run = start { "-j1", "-f", jobs(text) }
  run:await("begun\r\n")
  run:await("too\r\n")
  return run
end

function TestKeys.test_INT_ends_all_and_twice_kills_them()
  local run = start_busy "trap '' TERM"
  run.keys:write("\3")
  run:await("INT: ending all tasks")
  run.keys:write("\3")
  local answer = finish(run)
  luaunit.assertEquals(answer.code, 130)
  luaunit.assertStrContains(answer.out, "INT again: killing all tasks")
end

function TestKeys.test_QUIT_tells_the_state_and_goes_on()
  local run = start_busy ":"
  run.keys:write("\28")
  run:await("neap: the state after [^\n]*: 0 done, 1 running, 1 ready\r\n")
  run:await("\nid +task +pid +state +on +prio +weight +cpu +wait +slices +waits for\r\n")
  run:await("\n *%d +%S+ +%d+ +running +0 +5 +100 ")
  run:await("\nfair on 1 cpu, quantum 10ms")
  run.keys:write("\3")
  luaunit.assertEquals(finish(run).code, 130)
end

-- script(1) stops with its child, as a shell would take the terminal back.
function TestKeys.test_TSTP_stops_neap_and_every_job_and_CONT_lets_them_go_on()
  local run = start_busy ":"
  local function states()
    local list = {}
    for _, process in ipairs(run:children()) do
      local busy = process.command:find(LOOP, 1, true) or process.command:find("neap run", 1, true)
      if busy and not process.command:find("stty", 1, true) then list[#list + 1] = process.state end
    end
    return table.concat(list)
  end
  run.keys:write("\26")
  shell.await("a standstill", 5, function()
    local stopped = states() == "TTT" and shell.process(run.pid).state == "T"
    return stopped and not run:out():find("waiting[^\r]*$") -- the line is gone
  end)
  run:signal("CONT")
  shell.await("neap and one job going on", 5, function()
    return select(2, states():gsub("T", "")) == 1
  end)
  run:await("waiting")
  run.keys:write("\3")
  luaunit.assertEquals(finish(run).code, 130)
end

function TestKeys.test_a_terminal_that_goes_away_is_an_orderly_end()
  local path = shell.path("cleaned")
  local run = start_busy(("trap 'touch %s; exit' TERM"):format(path))
  run:signal("KILL") -- script, and with it the terminal
  run:finish()
  run.keys:close()
  run:assert_gone(5)
  luaunit.assertNotNil(shell.read(path))
end

shell.main()
