-- progress.lua - how far a run is: "12 done (1 failed), 2 running, 86 waiting, 00:42".
local console = require "neap.console"
local neap = require "neap"

local progress = {}

local STDERR = 2
local PERIOD = neap.s // 4
local LINE_PERIOD = neap.s -- where each state is a line of its own

-- Minutes and seconds, with hours before them from the first one on.
local function clock(ns)
  local s = ns // neap.s
  if s < 3600 then return ("%02d:%02d"):format(s // 60, s % 60) end
  return ("%d:%02d:%02d"):format(s // 3600, s // 60 % 60, s % 60)
end

local function count_running(rt)
  local count = 0
  for cpu = 0, rt.cpus - 1 do
    if rt:current(cpu) then count = count + 1 end
  end
  return count
end

-- Who waits: for a cpu, for an event, for its start.
local function counts_of(session)
  local running = count_running(session.rt)
  return ("%s, %d running, %d waiting"):format(
    session:ends(), running, session.rt:stats().active - running)
end

local function can_rewrite()
  return (os.getenv("TERM") or "dumb") ~= "dumb" and neap.terminal(STDERR) ~= nil
end

local function rewrite_line(session)
  local last
  session.rt:every(PERIOD, function()
    local text = ("%s, %s"):format(counts_of(session), clock(session:elapsed()))
    if text ~= last or not console.is_shown() then
      last = console.show(text) and text
    end
  end)
end

local function add_lines(session)
  local last
  session.rt:every(LINE_PERIOD, function()
    local counts = counts_of(session)
    if counts == last then return end
    last = counts
    console.say("%s, %s", counts, clock(session:elapsed()))
  end)
end

-- Has the progress of the session shown while it runs. `mode`: "auto" (where a line can be
-- rewritten, if there is more than one job), "always", "never".
function progress.follow(session, mode)
  if mode == "never" then return end
  if can_rewrite() then
    if mode == "always" or not session.single then rewrite_line(session) end
  elseif mode == "always" then
    add_lines(session)
  end
end

return progress
