-- repl_test.lua - neap repl: through a pipe, and on a terminal with its keys.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestPipe TestTerminal
TestPipe, TestTerminal = {}, {}

local same = luaunit.assertEquals
local terminals = 0

local function say(lines, ...)
  local words = { "repl", ... }
  words.input = lines
  return shell.neap(words)
end

-- What its lines print.
local function printed(lines, ...)
  local answer = say(lines, ...)
  same({ answer.err, answer.code }, { "", 0 })
  return answer.out
end

function TestPipe.test_values_are_printed_and_statements_are_silent()
  same(printed "x = 1\n=x + 1\nx, 'two', nil, { 1, a = { 'b' } }\n\nlocal y = 2\nrt\n",
    '2\n1  two  nil  { 1, a = { "b" } }\nruntime (fair)\n')
end

function TestPipe.test_a_chunk_goes_on_until_it_is_whole()
  same(printed "for i = 1, 2 do\n  print(i)\nend\n=(1\n+ 2)\n", "1\n2\n3\n")
end

function TestPipe.test_step_and_run_tell_what_happens()
  same(printed([[
    task { name = "a" } ; task { name = "b" }
    step(2)
    run "15ms"
    task(1):finish(3)
    run "1ms"]], "-p", "rr"), [[
      0ns  cpu 0: - -> a (1)
   10.0ms  cpu 0: a (1) -> b (2)
   10.0ms
   20.0ms  cpu 0: b (2) -> a (1)
   25.0ms
true
   25.0ms  cpu 0: a (1) -> b (2)
   25.0ms  a (1): 3
   26.0ms
]])
end

function TestPipe.test_a_look_and_a_change()
  local out = printed [[
    a = task { name = "a", priority = 7 }
    tasks()
    run "20ms"
    why(a)
    why(1)
    stats()
    policy "priority"
    =policy()
    a.priority = 2
    =task(1).priority]]
  luaunit.assertStrContains(out, "id  task  state  on  prio  weight  cpu  wait  slices\n")
  luaunit.assertStrContains(out, "task 1 (a, priority 7, weight 156) has run on cpu 0")
  luaunit.assertStrContains(out, "\ndecisions ")
  luaunit.assertStrMatches(out, ".*\npriority\npriority\n2\n$")
end

function TestPipe.test_coroutines()
  luaunit.assertStrMatches(printed [[
    co = go(function() sleep "5ms" return rt:now() end)
    run "10ms"
    co.result]], ".*\n5000000\n$")
end

function TestPipe.test_an_error_ends_nothing_but_the_code_tells()
  local answer = say 'oops()\nerror { 1 }\n)\npolicy "nosuch"\n= 1\nx = (\n'
  same({ answer.out, answer.code }, { "1\n", 1 })
  luaunit.assertStrMatches(answer.err, "neap: repl:1: attempt to call a nil value[^\n]*\n"
    .. "neap: { 1 }\nneap: [^\n]*unexpected symbol near '%)'\n"
    .. 'neap: unknown policy "nosuch"[^\n]*\nneap: [^\n]*<eof>\n')
end

function TestPipe.test_closing_the_runtime_ends_nothing_either()
  local answer = say "rt:close()\nrun '1s'\n=1\n"
  same({ answer.out, answer.code }, { "1\n", 1 })
  luaunit.assertStrContains(answer.err, "the runtime is closed")
end

function TestPipe.test_quit_gives_the_code()
  same({ say("quit()\n=1\n").out, say("quit(7)\n").code, say("oops()\nquit()\n").code },
    { "", 7, 0 })
end

function TestPipe.test_live_it_starts_processes_and_leaves_none()
  local answer = say([[
    job = spawn { "sh", "-c", "exit 3" }
    job:wait()
    other = spawn { "sleep", "1000" }
    rt:sleep "50ms"
    other.state]], "--live")
  same({ (answer.err:gsub("neap: tasks run[^\n]*\n", "")), answer.code }, { "", 0 })
  luaunit.assertStrMatches(answer.out, "exit  3\ntrue\n%l+\n")
end

function TestPipe.test_INT_ends_what_runs_and_no_more()
  for _, line in ipairs { "while true do end", "run '100000h'", "rt:run '100000h'" } do
    local pipe = shell.path("input" .. #line)
    os.execute("mkfifo " .. pipe)
    local run = shell.start { "sh", "-c", ("exec %s repl <%s"):format(
      shell.quote(os.getenv("NEAP")), pipe), deadline = 20 }
    local keys = assert(io.open(pipe, "w"))
    keys:setvbuf("no")
    keys:write("task {} io.stdout:write('begun\\n') io.stdout:flush() " .. line .. "\n")
    run:await("begun\n")
    run:signal("INT")
    keys:write("='alive'\n")
    keys:close()
    local answer = run:finish()
    luaunit.assertStrContains(answer.out, "alive\n")
    same(answer.signal, nil)
  end
end

function TestPipe.test_wrong_options_are_refused()
  for _, words in ipairs { { "-p", "nosuch" }, { "-q", "1h" }, { "-s", "x=1" }, { "word" } } do
    same(shell.neap({ "repl", table.unpack(words) }).code, 2)
  end
end

-- On a terminal.

local function start()
  terminals = terminals + 1
  local pipe = shell.path("keyboard" .. terminals)
  os.execute(("mkfifo %s; mkdir %s.home"):format(pipe, pipe))
  local inner = ("exec %s repl"):format(shell.quote(os.getenv("NEAP")))
  local run = shell.start {
    "sh", "-c", ("exec script -qec %s /dev/null <%s"):format(shell.quote(inner), pipe),
    env = { "TERM=xterm", "SHELL=/bin/sh", "HOME=" .. pipe .. ".home",
      "ASAN_OPTIONS=detect_leaks=0" }, -- readline's own
  }
  run.home = pipe .. ".home"
  run.keys = assert(io.open(pipe, "w"))
  run.keys:setvbuf("no")
  run:await("Ctrl%-D leaves\r\n")
  run:await("neap> ")
  return run
end

local function leave(run)
  run.keys:write("\4")
  local answer = run:finish()
  run.keys:close()
  run:assert_gone(1)
  same(answer.code, 0)
  return answer
end

function TestTerminal.test_a_prompt_values_errors_and_the_way_out()
  local run = start()
  run.keys:write("=6*7\r")
  run:await("\n[^\n]*42\r\n")
  run.keys:write("oops()\r")
  run:await("neap: repl:1: attempt to call")
  run.keys:write("for i = 1, 1 do\r")
  run:await("   >> ")
  run.keys:write("print('whole') end\r")
  run:await("\n[^\n]*whole\r\n")
  leave(run)
end

function TestTerminal.test_INT_ends_a_step_and_leaves_the_prompt()
  local run = start()
  run.keys:write("task {} task {} print('be' .. 'gun') rt:run '100000h'\r")
  run:await("begun\r\n")
  run.keys:write("\3")
  run:await("begun\r\n.*neap> ")
  run.keys:write("='al' .. 'ive'\r")
  run:await("alive")
  leave(run)
end

function TestTerminal.test_words_are_completed_and_lines_kept()
  if not pcall(require, "readline") then luaunit.skip "lua-readline is not installed" end
  local run = start()
  run.keys:write("= rt:placem\t()\r")
  run:await("rt:placement%(%)")
  run.keys:write("= neap.vers\t\r")
  run:await("\n[^\n]*%d+%.%d+%.%d+\r\n")
  leave(run)
  luaunit.assertStrContains(shell.read(run.home .. "/.neap_history"), "= neap.version\n")
end

shell.main()
