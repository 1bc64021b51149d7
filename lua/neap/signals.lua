-- signals.lua - what the signals that neap gets do to a run.
--
-- INT and TERM end the run, the second of them at once; HUP ends it too. QUIT tells the state,
-- TSTP holds everything and stops neap, WINCH is passed on to a single program. What was ignored
-- when neap was started stays ignored; but QUIT does no harm, and is heard by `neap run &`, too.
local console = require "neap.console"
local ignored = require "neap.ignored" -- `nohup neap`, `neap &` in a script
local neap = require "neap"
local state = require "neap.state"

local signals = {}

local NUMBERS = { HUP = 1, INT = 2, TERM = 15, TSTP = 20 }
local SAME = neap.s // 5 -- `timeout` sends TERM to its command, then to the whole group

-- The first signal asks the tasks to end. HUP may come several times, of the terminal, the shell
-- and the system, and means no hurry; nor does a TERM that comes together with the first.
local function interrupt(session, name, number)
  local now = session.rt:now()
  if not session.signal then
    session.signal, session.signalled_at = number, now
    session.inform("%s: ending all tasks (once more to kill them)", name)
    session.rt:finish("grace")
  elseif name ~= "HUP" and not (name == "TERM" and now - session.signalled_at < SAME) then
    session.inform("%s again: killing all tasks", name)
    session.rt:finish("now")
  end
end

-- The single program has our stdin, maybe a terminal, but hears nothing of its window.
local function pass_on(session, name)
  for task in session.rt:tasks() do
    if task.pid and not session.attached[task.id] then task:signal(name) end
  end
end

local function suspend(session)
  console.erase()
  local ok, message = session.rt:suspend()
  if not ok then console.say("cannot stop: %s", message) end
end

-- Sets the handlers for a session that is about to run.
function signals.listen(session)
  local rt = session.rt
  local function hear(name, handler)
    local number = NUMBERS[name]
    if number and ignored >> number - 1 & 1 == 1 then return end
    rt:on_signal(name, function(...) handler(session, ...) end)
  end
  for _, name in ipairs { "HUP", "INT", "TERM" } do hear(name, interrupt) end
  hear("QUIT", function() console.write(state.text(session)) end)
  hear("PIPE", function() end) -- a reader that goes away must not cost the jobs their lives
  if pcall(function() return rt.suspend end) then hear("TSTP", suspend) end
  if session.single then hear("WINCH", pass_on) end
end

return signals
