-- console.lua - what neap says on stderr: whole lines, and a line of progress that gives way.
--
-- While jobs run nothing here may wait: a terminal at Ctrl-S or a pager that does not read would
-- hold up every task. What cannot be written at once is kept, up to a bound, and said later.
local neap = require "neap"

local console = {}

local STDERR = 2
local EAGAIN = 11 -- somebody made what we write to non-blocking
local PIECE = 4096 -- bytes that a pipe takes as a whole
local MOST_KEPT = 1000 -- pieces
local ERASE = "\r\27[K" -- what is on the terminal's present line

local patient = true -- may wait
local shown = false -- the progress line is on the terminal
local kept, lost = {}, 0

local function put(text)
  if shown then text = ERASE .. text end
  shown = false
  local ok, _, errno = io.stderr:write(text)
  while not ok and errno == EAGAIN do
    neap.writable(STDERR, neap.s)
    ok, _, errno = io.stderr:write(text)
  end
end

-- Calls `use` with all of `text` in pieces of whole lines, where the lines are short enough.
local function in_pieces(text, use)
  local from = 1
  while from <= #text do
    local to = math.min(from + PIECE - 1, #text)
    local line = to < #text and text:sub(from, to):match(".*()\n")
    if line then to = from + line - 1 end
    use(text:sub(from, to))
    from = to + 1
  end
end

-- Says what was kept, as far as it can be said now.
local function catch_up()
  while kept[1] and (patient or neap.writable(STDERR)) do put(table.remove(kept, 1)) end
  if lost > 0 and not kept[1] and (patient or neap.writable(STDERR)) then
    put(("neap: %d lines are missing here: nobody read them\n"):format(lost))
    lost = 0
  end
end

local function say_or_keep(piece)
  if patient or (not kept[1] and neap.writable(STDERR)) then
    put(piece)
  elseif #kept < MOST_KEPT and lost == 0 then
    kept[#kept + 1] = piece
  else
    lost = lost + select(2, piece:gsub("\n", ""))
  end
end

-- Writes text that ends with a line's end.
function console.write(text)
  catch_up()
  in_pieces(text, say_or_keep)
end

-- Writes one line as neap's own.
function console.say(...)
  console.write("neap: " .. string.format(...) .. "\n")
end

-- From now on nothing waits; until console.settle(), which says all that was kept.
function console.hurry()
  patient = false
end

function console.settle()
  patient = true
  catch_up()
  console.erase()
end

-- Puts `text` on the terminal's present line in place of what it showed before. Returns whether
-- it is there: not in the background, and not where we would have to wait. What others write
-- next begins a line of its own, since the line is filled to the last column.
function console.show(text)
  catch_up()
  local columns, is_ours = neap.terminal(STDERR)
  if not is_ours or kept[1] or not neap.writable(STDERR) then return false end
  if columns == 0 then
    text = text:sub(1, (math.tointeger(tonumber(os.getenv("COLUMNS"))) or 80) - 1)
  else
    text = text:sub(1, columns) .. (" "):rep(columns - #text)
  end
  put(ERASE .. text)
  shown = true
  return true
end

function console.is_shown()
  return shown
end

function console.erase()
  if shown and neap.writable(STDERR) then put("") end
end

return console
