-- trace_words.lua - what traces say alike.
local words = {}

-- By the kind of an event, what it changes: of its number and text.
words.changes = {
  policy = function(_, text) return "policy " .. text end,
  quantum = function(ns) return ("quantum %d us"):format(ns // 1000) end,
  cpus = function(n) return ("%d cpus"):format(n) end,
  pause = function() return "the scheduler is paused" end,
  resume = function() return "the scheduler goes on" end,
  standstill = function(ns) return ("nothing ran for %d us"):format(ns // 1000) end,
}

-- What a terminal would obey does not get there.
function words.clean(text)
  return (text:gsub("%c", "?"))
end

-- A report of the runtime as one line.
function words.report(report)
  local kind = report.kind == "log" and "" or report.kind .. ": "
  local policy = report.policy and ("policy %s: "):format(report.policy) or ""
  local hook = report.hook and report.hook .. ": " or ""
  return words.clean(kind .. policy .. hook .. report.message)
end

return words
