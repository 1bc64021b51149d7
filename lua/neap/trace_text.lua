-- trace_text.lua - a recorded run as lines, in the manner of `perf sched timehist`.
--
-- A line is held back until the turn's CPU time is settled, which is soon after it, and with it
-- those behind: so memory is bounded, and lines come in order.
local outcome = require "neap.outcome"
local tables = require "neap.table"
local words = require "neap.trace_words"

local MOST_HELD = 256

local TITLE = ("%14s %4s  %-24s %10s %9s %9s %10s %10s  %s\n"):format(
  "time", "cpu", "task [id]", "wait", "delay", "first", "run", "used", "why")
local UNITS = ("%14s %4s  %-24s %10s %9s %9s %10s %10s\n"):format(
  "s", "", "", "ms", "ms", "ms", "ms", "ms")

local function seconds(ns)
  return ("%14s"):format(("%d.%06d"):format(ns // 1000000000, ns % 1000000000 // 1000))
end

-- ns as ms with three decimals; nil: nothing tells.
local function ms(ns, width)
  return (ns and "%" .. width .. ".3f" or "%" .. width .. "s"):format(ns and ns / 1e6 or "-")
end

local function label(task)
  local id = (" [%d]"):format(task.id)
  local name = words.clean(task.name)
  local room = 24 - #id
  if (utf8.len(name) or #name) > room then
    name = name:sub(1, (utf8.offset(name, room - 1) or room - 1) - 1) .. ".."
  end
  return name .. id .. (" "):rep(room - (utf8.len(name) or #name))
end

local function turn_line(turn)
  return ("%s %4d  %s %s %s %s %s %s  %s\n"):format(
    seconds(turn.to), turn.cpu, label(turn.task), ms(turn.wait, 10),
    ms(turn.sent and turn.sent - turn.from, 9), ms(turn.first and turn.first - turn.from, 9),
    ms(turn.to - turn.from, 10), ms(turn.used, 10), turn.why)
end

local function remark(at, task, what)
  return ("%s %4s  %s %s\n"):format(seconds(at), "", task and label(task) or (" "):rep(24), what)
end

-- A listener for a story, which writes to `write`; `filter` is one of trace_filter.lua.
return function(write, filter)
  local held, first, last = {}, 1, 0

  -- Writes what can be written: all, or up to the first turn that is not settled.
  local function flush(all)
    while first <= last and (all or type(held[first]) == "string" or held[first].settled
        or last - first >= MOST_HELD) do
      local line = held[first]
      held[first] = nil
      first = first + 1
      write(type(line) == "string" and line or turn_line(line))
    end
  end

  local function hold(line)
    last = last + 1
    held[last] = line
    flush()
  end

  local function say(at, task, what)
    if filter:wants(task, at, at) then hold(remark(at, task, what)) end
  end

  write(TITLE)
  write(UNITS)
  return {
    turn = function(turn)
      if filter:wants(turn.task, turn.to, turn.to, turn.cpu) then hold(turn) end
    end,
    wake = function(task, at, slept) say(at, task, "wakes after " .. tables.duration(slept)) end,
    left = function(task, at, how, code, beside)
      say(at, task, ("ends: %s%s%s"):format(how == "exit" and "exit " or "",
        outcome.words(how, code), beside > 0 and ", used beside its turns:" .. ms(beside, 6) or ""))
    end,
    report = function(at, report) say(at, nil, words.report(report)) end,
    change = function(at, what, task) say(at, task, task and what:match(": (.*)") or what) end,
    finish = function() flush(true) end,
  }
end
