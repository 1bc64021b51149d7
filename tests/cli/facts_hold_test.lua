-- facts_hold_test.lua - what neap does about what is known of stopping and continuing processes.
-- ctest timeout: 120
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestHold
TestHold = {}

local LOOP = "while :; do :; done"
local HOG = ('{ "sh", "-c", %q, name = "hog" }'):format(LOOP)

local function start(jobs, ...)
  return shell.start_neap {
    "run", "-j1", "-p", "rr", "-f", shell.file("facts.lua", "return {" .. jobs .. "}"), ...,
  }
end

local function stop(run)
  run:signal("TERM")
  local answer = run:finish()
  run:assert_gone(1)
  return answer
end

-- Runs a script in neap, with the arguments that it finds in `arg`.
local function script(text, ...)
  local answer = shell.neap { shell.file("facts_script.lua", text), ... }
  luaunit.assertEquals(answer.code, 0, answer.err)
  return answer
end

-- epoll_wait() and others return EINTR after a stop and a continue, with no handler installed.
function TestHold.test_an_event_loop_that_waits_is_not_interrupted()
  local run = start(('{ %q, "3" },'):format(shell.program("waiter")) .. HOG)
  run:await("interrupted %d+\n")
  luaunit.assertEquals(stop(run).out, "interrupted 0\n")
end

-- TERM waits in a stopped process until it is continued.
function TestHold.test_TERM_to_a_paused_task_acts_at_once()
  local answer = script [[
    local neap = require "neap"
    local rt <close> = neap.runtime { cpus = 1 }
    local job = rt:spawn { "sh", "-c", "trap 'exit 3' TERM; echo up; while :; do :; done" }
    rt:on("exit", function(_, how, code) print(how, code) end)
    rt:run("300ms")
    job:pause()
    rt:run("100ms")
    job:signal("TERM")
    local since = rt:now()
    job:wait()
    print(rt:now() - since < neap.s)
  ]]
  luaunit.assertEquals(answer.out, "up\nexit\t3\ntrue\n")
end

-- A process that is being forked while its parent's group gets STOP and then CONT is born stopped:
-- the CONT is lost on it. Here nobody else is there, so nothing else makes neap look.
function TestHold.test_a_child_that_is_born_stopped_is_continued_though_its_task_is_alone()
  local answer = script([[
    local neap = require "neap"
    local rt <close> = neap.runtime { cpus = 1 }
    local job = rt:spawn { arg[1], "64" }
    local function goes_on() -- within 5 s
      local before = job.cpu_ns
      for _ = 1, 500 do
        rt:run("10ms")
        if job.cpu_ns > before then return true end
      end
    end
    rt:run("300ms")
    local stuck = 0
    for i = 1, 40 do
      job:pause()
      rt:run("200us")
      job:resume()
      rt:run("1ms")
      if not goes_on() then
        stuck = i
        break
      end
    end
    print("stuck", stuck)
    rt:finish("now")
    rt:run()
  ]], shell.program("forker"))
  luaunit.assertEquals(answer.out, "up\nstuck\t0\n")
end

-- Wall-clock timeouts inside a held job run on: neap tells what it withheld.
function TestHold.test_the_time_that_was_withheld_is_told()
  local answer = script [[
    local neap = require "neap"
    local rt <close> = neap.runtime { cpus = 1, policy = "rr" }
    local one = rt:spawn { "sh", "-c", "while :; do :; done" }
    rt:spawn { "sh", "-c", "while :; do :; done" }
    rt:run("1s")
    local s = one:stats()
    print(s.ready_ns > 300 * neap.ms, s.run_ns > 300 * neap.ms)
    rt:finish("now")
    rt:run()
  ]]
  luaunit.assertEquals(answer.out, "true\ttrue\n")
end

-- A process that stopped itself gives no second report of a stop.
function TestHold.test_one_that_stopped_itself_stays_stopped_until_somebody_else_continues_it()
  local run = start('{ "sh", "-c", "echo up; kill -STOP $$; echo woke; exec sleep 100" },' .. HOG)
  run:await("up\n")
  local task = shell.await("it stopped", 5, function()
    local found = run:find("kill -STOP")
    return found and found.state == "T" and found
  end)
  for _ = 1, 100 do -- many turns
    luaunit.assertEquals(shell.process(task.pid).state, "T")
    os.execute("sleep 0.003")
  end
  luaunit.assertEquals(run:out(), "up\n")
  run:signal("CONT", task.pid)
  run:await("woke\n")
  stop(run)
end

-- A debugger hears of the stop first, and may swallow it.
function TestHold.test_a_traced_process_is_left_alone_and_told_of()
  local run = start(([[{ %q, "sh", "-c", "echo up; %s" },]]):format(shell.program("tracer"), LOOP)
    .. HOG)
  run:await("up\n")
  shell.await("a word about it", 5, function() return run:err():find("traced", 1, true) end)
  local answer = stop(run)
  shell.assert_contains(answer.err, "is held only in part")
  shell.assert_contains(answer.err, "(sh) is traced by a debugger")
end

-- kill() on a group says success when it reached one member.
function TestHold.test_a_process_of_another_user_is_told_of_by_name()
  if shell.output("id -u") ~= "0\n" then luaunit.skip("only root can make another user's") end
  local program = shell.path("as_root")
  os.execute(("install -m 4755 %s %s && chmod a+rx %s"):format(
    shell.quote(shell.program "as_root"), program, program:match("(.*)/")))
  local run = shell.start {
    "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
    shell.public_neap(), "run", "-j1", "-p", "rr", "-f", "-", cwd = "/",
    input = ("%s timeout 3 sh -c '%s' & echo up; %s\n%s\n"):format(program, LOOP, LOOP, LOOP),
  }
  run:await("up\n")
  shell.await("a word about it", 5, function()
    return run:err():find("belongs to another user", 1, true)
  end)
  shell.assert_contains(run:err(), "is held only in part")
  run:signal("TERM")
  run:finish()
  run:assert_gone(5) -- `timeout` ends what we may not
end

-- The outer neap holds the inner one as a whole: it must not take that for its own end, and what
-- it held stays held.
function TestHold.test_neap_inside_neap_is_held_and_goes_on()
  local stats = shell.path("inner.json")
  local jobs = shell.file("inner.lua", ([[return {
    { "sh", "-c", %q, name = "one" }, { "sh", "-c", %q, name = "two", weight = 300 } }]])
    :format(LOOP, LOOP))
  local answer = script([[
    local neap = require "neap"
    local rt <close> = neap.runtime { cpus = 1 }
    local program, jobs, stats = table.unpack(arg)
    local inner = rt:spawn { program, "run", "-p", "fair", "-j1", "-f", jobs, "--stats", stats }
    rt:run("1500ms")
    inner:pause()
    rt:run("300ms")
    local before = inner.cpu_ns
    rt:run("2500ms")
    print(inner.cpu_ns - before < 5 * neap.ms)
    inner:resume()
    rt:run("2s")
    inner:signal("TERM")
    print(inner:wait())
  ]], os.getenv("NEAP"), jobs, stats)
  luaunit.assertEquals(answer.out, "true\nexit\t143\n", answer.err)
  local tasks = cjson.decode(shell.read(stats)).tasks
  local share = tasks[1].cpu_ns / (tasks[1].cpu_ns + tasks[2].cpu_ns)
  luaunit.assertAlmostEquals(share, 0.25, 0.03)
end

shell.main()
