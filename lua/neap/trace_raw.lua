-- trace_raw.lua - a recorded run's events, one a line: the time, the task, the kind, the numbers
-- and the text as docs/TRACE.md lists them.
local MOST = 200 -- bytes of a text that are shown

local function quoted(text)
  local shown = text:sub(1, MOST):gsub('[%c\x80-\xff"\\]', function(char)
    return ("\\x%02x"):format(char:byte())
  end)
  return (' "%s"%s'):format(shown, #text > MOST and (" and %d bytes"):format(#text - MOST) or "")
end

local function line(at, kind, id, text, ...)
  local parts = { ("%d.%09d"):format(at // 1000000000, at % 1000000000), kind }
  if id > 0 then parts[#parts + 1] = ("task=%d"):format(id) end
  for _, number in ipairs { ... } do parts[#parts + 1] = ("%d"):format(number) end
  return table.concat(parts, " ") .. (text ~= "" and quoted(text) or "") .. "\n"
end

-- A listener for a story, which writes to `write`; `filter` is one of trace_filter.lua.
return function(write, filter)
  local story
  -- Of "add" the text is the name.
  local function task_of(id, text)
    return id > 0 and (story.tasks[id] or { id = id, name = text }) or nil
  end

  return {
    open = function(told) story = told end,
    event = function(at, kind, id, text, ...)
      if filter:wants(task_of(id, text), at, at) then write(line(at, kind, id, text, ...)) end
    end,
    finish = function() end,
  }
end
