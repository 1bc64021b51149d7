-- repl_input.lua - where `neap repl` gets its lines from: readline on a terminal, else plain ones.
local neap = require "neap"

local input = {}

local STDIN = 0
local HISTORY = ".neap_history"

-- The names behind "neap." or "rt:": of a table its keys, of a runtime, a task or a timer its
-- fields and methods.
local function names_of(value)
  local index = value
  if type(value) == "userdata" then
    local meta = debug.getmetatable(value)
    index = meta and meta.__index
    if type(index) == "function" then index = select(2, debug.getupvalue(index, 1)) end
  end
  return type(index) == "table" and index or {}
end

-- The words that could stand for the last one of `text`: of variables, and of what is in them.
-- Nothing is called for that.
function input.complete(env, text)
  local path, sign, word = text:match("^(.-)([.:]?)([%w_]*)$")
  local places = { env, _G }
  if sign ~= "" then
    local value = env
    for name in path:gmatch("[%w_]+") do
      local names = type(value) == "table" and value or {}
      value = rawget(names, name)
      if value == nil and names == env then value = rawget(_G, name) end
    end
    places = { names_of(value) }
  end
  local found, known = {}, {}
  for _, place in ipairs(places) do
    for name in pairs(place) do
      if type(name) == "string" and name:sub(1, #word) == word and not known[name] then
        known[name] = true
        found[#found + 1] = path .. sign .. name
      end
    end
  end
  table.sort(found)
  return found
end

-- Debian's lua-readline; without it, and where no history can be kept, the editing is less.
local function open_readline(env)
  local found, readline = pcall(require, "readline")
  if not found then return nil end
  local home = os.getenv("HOME")
  local ready = home and pcall(readline.set_options,
    { histfile = home .. "/" .. HISTORY, keeplines = 1000, auto_add = true })
  pcall(readline.set_complete_function, function(text, from, to)
    readline.set_completion_append_character "" -- readline sets a blank each time
    return input.complete(env, text:sub(from, to))
  end)
  return {
    read = readline.readline,
    close = function() if ready then pcall(readline.save_history) end end,
  }
end

local function open_plain(has_prompt)
  return {
    read = function(prompt)
      if has_prompt then io.stdout:write(prompt) end
      io.stdout:flush()
      return (io.stdin:read("l"))
    end,
    close = function() end,
  }
end

-- Returns { read(prompt) -> a line or nil, close(), is_terminal }.
function input.open(env)
  local is_terminal = neap.terminal(STDIN) ~= nil
  local reader = is_terminal and open_readline(env) or open_plain(is_terminal)
  reader.is_terminal = is_terminal
  return reader
end

return input
