-- outcome.lua - how a task ended: in words, and as an exit code.
local neap = require "neap"

local outcome = {}

local ENOENT = 2
local SIGNALS = {
  [1] = "HUP", [2] = "INT", [3] = "QUIT", [4] = "ILL", [5] = "TRAP", [6] = "ABRT", [7] = "BUS",
  [8] = "FPE", [9] = "KILL", [10] = "USR1", [11] = "SEGV", [12] = "USR2", [13] = "PIPE",
  [14] = "ALRM", [15] = "TERM", [24] = "XCPU", [25] = "XFSZ", [31] = "SYS",
}

-- The sentence for an errno.
function outcome.strerror(code)
  return neap.strerror and neap.strerror(code) or ("errno %d"):format(code)
end

local WORDS = {
  exit = function(code) return ("%d"):format(code) end,
  signal = function(code) return "signal " .. (SIGNALS[code] or code) end,
  error = function(code, reason) return "error: " .. (reason or outcome.strerror(code)) end,
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
