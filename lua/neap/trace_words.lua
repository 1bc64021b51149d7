-- trace_words.lua - what traces say alike.
local words = {}

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
