-- failing.lua - a short run of neap in which the n-th call of a class fails: tests/faults.
--
-- Whatever fails, neap ends in time and by itself, says why when its code is not 0, leaves nobody
-- behind, and what it reports as done was done.
local cjson = require "cjson"
local shell = require "shell"

local failing = {}

local DEADLINE, REST = 6, 3 -- seconds, of a run and of what is left then
local LATER = 8 -- later, when the guard fails as well: it tries for a while
local CODES = { [0] = true, [1] = true, [2] = true, [3] = true, [125] = true }

local JOBS = 3
local LOOP = "i=0; while [ $i -lt 15000 ]; do i=$((i+1)); done; "

local function ran(n)
  return shell.path("ran." .. n)
end

local function jobs()
  local list = {}
  for i = 1, JOBS do
    list[i] = ("{ 'sh', '-c', %q, name = 'job%d' },"):format(LOOP .. "echo >" .. ran(i), i)
  end
  return shell.file("failing.lua", "return {" .. table.concat(list) .. "}")
end

local function exists(path)
  local file <close> = io.open(path)
  return file ~= nil
end

-- The jobs that neap says have ended well, by their numbers.
local function reported(stats)
  local ok, run = pcall(cjson.decode, shell.read(stats) or "")
  local list = {}
  for _, task in ipairs(ok and run.tasks or {}) do
    if task.how == "exit" and task.code == 0 then
      list[#list + 1] = tonumber(task.name:match("%d"))
    end
  end
  return list
end

-- What is wrong with an answer; nil: nothing.
local function problem_of(answer, stats)
  if answer.signal then return "died by signal " .. answer.signal end
  local is_cjson = answer.code == 255 and answer.err:find("Out of memory", 1, true)
  if not CODES[answer.code] and not is_cjson then
    return ("exit code %d: %s"):format(answer.code, answer.err)
  end
  if answer.code ~= 0 and not answer.err:find("%w") then return "no message" end
  if answer.code == 125 and not answer.err:find("neap: ", 1, true) then
    return "no message: " .. answer.err
  end
  local list = reported(stats)
  if answer.code == 0 then list = { 1, 2, 3 } end
  for _, n in ipairs(list) do
    if not exists(ran(n)) then return ("job %d is told to have run, but has not"):format(n) end
  end
end

local function clean(stats)
  for i = 1, JOBS do os.remove(ran(i)) end
  os.remove(stats)
end

failing.errno = nil -- what the calls fail with, if not with what is usual for their class

-- One run. `program`: its name, or several with commas. Returns how many such calls there were,
-- and what went wrong (nil: nothing).
function failing.run(program, class, n, how)
  local count, stats = shell.path("count"), shell.path("failing.json")
  local later, faults = program:find(",") and LATER or 0, shell.faults()
  clean(stats)
  shell.file("count", "")
  local run = shell.start {
    os.getenv("NEAP"), "run", "-j1", "-q", "2ms", "-p", "rr", "-f", jobs(), "--stats", stats,
    deadline = DEADLINE + later,
    env = {
      "LD_PRELOAD=" .. faults .. "/fail.so",
      "NEAP_GUARD=" .. faults .. "/neap-guard",
      ("NEAP_FAIL=%s:%d:%s"):format(class, n, how),
      "NEAP_FAIL_IN=" .. program, "NEAP_FAIL_COUNT=" .. count,
      failing.errno and "NEAP_FAIL_ERRNO=" .. failing.errno,
    },
  }
  local ok, answer = pcall(run.finish, run)
  local problem = ok and problem_of(answer, stats) or nil
  if not ok then problem = answer.msg or answer end
  local gone, left = pcall(run.assert_gone, run, REST + later)
  if not gone then problem = (problem or "") .. " " .. (left.msg or left) end
  local text = shell.read(count)
  return #text == 8 and string.unpack("<I8", text) or 0, problem
end

-- Calls 1, 2, 3, ... of a class, each `step`-th time by `more` further, until there are no more.
-- Returns how many runs that were, and a list of what went wrong.
function failing.all(program, class, how, more)
  local problems, runs, n = {}, 0, 1
  repeat
    local seen, problem = failing.run(program, class, n, how)
    runs = runs + 1
    if problem then
      problems[#problems + 1] = ("%s: %s %d %s: %s"):format(program, class, n, how, problem)
    end
    local last = seen < n
    n = more(n)
  until last
  return runs, problems
end

return failing
