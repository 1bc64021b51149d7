-- outcome.lua - how a task ended: in words, and as an exit code.
local neap = require "neap"

local outcome = {}

local ENOENT = 2

local WORDS = {
  exit = function(code) return ("%d"):format(code) end,
  signal = function(code) return "signal " .. (neap.signal_name(code) or code) end,
  error = function(code, reason) return "error: " .. (reason or neap.strerror(code)) end,
  timeout = function() return "timed out" end,
}

-- As a shell would say it. What --for ended is no failure; 125 is neap's own.
local CODES = {
  exit = function(code) return code end,
  signal = function(code) return 128 + code end,
  error = function(code) return code == ENOENT and 127 or 126 end,
  timeout = function() return 124 end,
  ended = function() return 0 end,
  cancelled = function() return 125 end,
  lost = function() return 125 end,
}

-- "0", "signal TERM", "error: not found", "ended", ... `reason` is known of a refused job.
function outcome.words(how, code, reason)
  local say = WORDS[how]
  return say and say(code, reason) or how
end

-- The exit code of `neap run -- PROG` for a task that ended so.
function outcome.exit_code(how, code)
  return CODES[how](code)
end

return outcome
