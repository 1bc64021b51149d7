-- shell.lua - runs the program $NEAP as a user would, with a deadline, and looks at what it leaves.
--
-- Every run has a mark of its own in its environment, which all its descendants inherit: so
-- they can be found in /proc whatever group, session or parent they have by then.
local luaunit = require "luaunit"

local shell = {}

local MARK = "NEAP_TEST_RUN"
local PAUSE = "sleep 0.005" -- between two looks at what we wait for

local folder = nil -- of all files that the tests make
local runs = 0
local open = {} -- runs that have not been waited for

function shell.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function quoted(words)
  local list = {}
  for i, word in ipairs(words) do list[i] = shell.quote(word) end
  return table.concat(list, " ")
end

-- The path of a new file of the tests.
function shell.path(name)
  return folder .. "/" .. name
end

-- Writes a file of the tests and returns its path.
function shell.file(name, text)
  local file <close> = assert(io.open(shell.path(name), "wb"))
  assert(file:write(text))
  return shell.path(name)
end

function shell.read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read("a")
end

-- A program of tests/programs.
function shell.program(name)
  return os.getenv("NEAP_TEST_PROGRAMS") .. "/" .. name
end

-- The folder of what is preloaded to make calls fail, by a path without a space: LD_PRELOAD is a
-- list. nil: there is none beside a sanitizer.
function shell.faults()
  local built = os.getenv "NEAP_TEST_FAULTS"
  if not built then return nil end
  local link = shell.path "faults"
  assert(os.execute(("ln -sfn %s %s"):format(shell.quote(built), link)))
  return link
end

function shell.output(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read("a")
end

-- Seconds since the machine started.
function shell.now()
  return tonumber(shell.read("/proc/uptime"):match("%S+"))
end

-- Asks until `ready` answers something true, which is returned; an error after `seconds`.
function shell.await(what, seconds, ready)
  local last = shell.now() + seconds
  repeat
    local answer = ready()
    if answer then return answer end
    os.execute(PAUSE)
  until shell.now() > last
  luaunit.fail(("%s: not within %g s"):format(what, seconds))
end

-- What /proc says of a process: { pid, state, parent, group, session, command }; nil: gone.
function shell.process(pid)
  local text = shell.read(("/proc/%d/stat"):format(pid))
  local state, parent, group, session = (text or ""):match(".*%) (%a) (%d+) (%d+) (%d+)")
  if not state or state == "Z" or state == "X" then return nil end
  return {
    pid = math.tointeger(pid),
    state = state,
    parent = math.tointeger(parent),
    group = math.tointeger(group),
    session = math.tointeger(session),
    command = ((shell.read(("/proc/%d/cmdline"):format(pid)) or ""):gsub("\0", " ")),
  }
end

-- Has it been sent a stop that it has not taken? It takes it when it gets to a CPU.
function shell.stop_is_pending(pid)
  local status = shell.read(("/proc/%d/status"):format(pid)) or "ShdPnd: 0"
  return tonumber(status:match("ShdPnd:%s*(%x+)"), 16) >> 18 & 1 == 1
end

-- The living processes that carry the mark, those in `but` (pid -> true) left out.
local function marked(mark, but)
  local list = {}
  local found = shell.output(("grep -lasF %s=%s /proc/[0-9]*/environ"):format(MARK, mark))
  for pid in found:gmatch("/proc/(%d+)/") do
    local process = not (but and but[tonumber(pid)]) and shell.process(pid)
    if process then list[#list + 1] = process end
  end
  return list
end

local function described(list)
  local lines = {}
  for i, p in ipairs(list) do lines[i] = ("%d %s %s"):format(p.pid, p.state, p.command) end
  return table.concat(lines, "\n")
end

local Run = {}
Run.__index = Run

-- Starts `command`: a list of words, with `input` (text for stdin), `env` (a list of NAME=VALUE),
-- `cwd` and `deadline` (seconds, 20) beside them.
function shell.start(command)
  runs = runs + 1
  local self = setmetatable({
    mark = ("%s.%d"):format(folder:match("[^/.]+$"), runs),
    out_path = shell.path(runs .. ".out"),
    err_path = shell.path(runs .. ".err"),
    deadline = command.deadline or 20,
    since = shell.now(),
  }, Run)
  local inner = ("echo $$ $PPID; exec %s >%s 2>%s"):format(
    quoted(command), self.out_path, self.err_path)
  local outer = "cd %s; %s=%s exec env --default-signal=HUP,INT,TERM %s "
    .. "timeout -s KILL %d sh -c %s <%s"
  self.pipe = assert(io.popen(outer:format(
    shell.quote(command.cwd or "."), MARK, self.mark, quoted(command.env or {}), self.deadline,
    shell.quote(inner), command.input and shell.file(runs .. ".in", command.input) or "/dev/null")))
  local pid, watchman = self.pipe:read("n", "n")
  self.pid, self.watchman = math.tointeger(pid), math.tointeger(watchman)
  open[self] = true
  return self
end

function Run:out()
  return shell.read(self.out_path)
end

function Run:err()
  return shell.read(self.err_path)
end

-- Its living descendants.
function Run:children()
  return marked(self.mark, { [self.pid] = true, [self.watchman] = true })
end

-- The descendant whose command contains `text`, not a child that it has just forked, which bears
-- its command; nil: there is none.
function Run:find(text)
  local list, command = self:children(), {}
  for _, process in ipairs(list) do command[process.pid] = process.command end
  for _, process in ipairs(list) do
    if process.command:find(text, 1, true) and command[process.parent] ~= process.command then
      return process
    end
  end
end

-- Waits until the jobs have printed what matches `pattern`.
function Run:await(pattern)
  return shell.await(("output like %q"):format(pattern), self.deadline, function()
    return (self:out() or ""):match(pattern)
  end)
end

-- Kills it with its guard and its keeper, none of which sees the death of another: they are stopped
-- before, and the guard dies before the keeper, at whose death the kernel would continue it.
function Run:kill_with_guard()
  local pids = { self.pid }
  for _, name in ipairs { "neap-guard", "neap-keeper" } do
    local process = self:find(name)
    pids[#pids + 1] = process and process.pid
  end
  local all = table.concat(pids, " ")
  os.execute(("kill -STOP %s; kill -KILL %s"):format(all, all))
end

function Run:signal(name, pid)
  os.execute(("kill -%s %d"):format(name, pid or self.pid))
end

-- Waits for its end. Returns { code, signal, out, err, took }: the exit code, or the signal that
-- ended it, and the seconds since its start.
function Run:finish()
  local _, how, code = self.pipe:close()
  open[self] = nil
  local took = shell.now() - self.since
  if took >= self.deadline then
    local left = described(self:children())
    self:clear()
    luaunit.fail(("not done within %d s\n%s\n%s"):format(self.deadline, self:err(), left))
  end
  return {
    code = how == "exit" and code or nil,
    signal = how == "signal" and code or nil,
    out = self:out(),
    err = self:err(),
    took = took,
  }
end

-- Fails unless nothing of the run is left within `seconds`; what is left is killed.
function Run:assert_gone(seconds)
  local last = shell.now() + seconds
  local left = self:children()
  while #left > 0 and shell.now() < last do
    os.execute(PAUSE)
    left = self:children()
  end
  if #left == 0 then return end
  local text = described(left)
  self:clear()
  luaunit.fail(("left of the run after %g s:\n%s"):format(seconds, text))
end

-- Kills what is left of the run, by pid.
function Run:clear()
  for _, process in ipairs(self:children()) do self:signal("KILL", process.pid) end
end

-- Runs a command to its end, after which nothing of it may be left.
function shell.run(command)
  local run = shell.start(command)
  local answer = run:finish()
  run:assert_gone(1)
  return answer
end

local function with_program(words)
  local command = { os.getenv("NEAP"), table.unpack(words) }
  for _, key in ipairs { "input", "env", "cwd", "deadline" } do command[key] = words[key] end
  return command
end

-- The same for neap: shell.neap { "run", "--", "true" }.
function shell.neap(words)
  return shell.run(with_program(words))
end

function shell.start_neap(words)
  return shell.start(with_program(words))
end

-- The path of a copy of neap, with its guard, that every user may run.
function shell.public_neap()
  local place, neap = shell.path "public", os.getenv "NEAP"
  assert(os.execute(("chmod 711 %s; mkdir -p -m 755 %s; cp %s %s %s"):format(
    folder, place, shell.quote(neap), shell.quote(neap .. "-guard"), place)))
  return place .. "/neap"
end

function shell.assert_contains(text, part)
  luaunit.assertStrContains(text, part)
end

-- A test that failed half-way leaves its runs to us.
local function close_all()
  for run in pairs(open) do
    run:signal("KILL")
    run.pipe:close()
    run:clear()
  end
end

-- Runs the suites of this file, as the last thing that it does.
function shell.main()
  folder = shell.output("mktemp -d"):match("%S+")
  local failures = luaunit.LuaUnit.run()
  close_all()
  os.execute("rm -r " .. folder)
  os.exit(failures == 0 and 0 or 1, true)
end

return shell
