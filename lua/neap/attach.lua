-- attach.lua - `neap run --attach PID`: processes that run already, beside the jobs or alone.
local console = require "neap.console"
local options = require "neap.options"

local attach = {}

local ENOTCONN = 107 -- there is no guard
local MOST = 2 ^ 31 - 1

local function process(text)
  local pid = text:find("^%d+$") and math.tointeger(tonumber(text))
  if pid and pid >= 1 and pid <= MOST then return pid end
  return nil, ('--attach takes the number of a process, not "%s"'):format(text)
end

function attach.configure(parser)
  parser:option("--attach", "Schedule process PID, too; it is left running at the end.")
    :argname("PID"):count("*"):convert(process)
end

-- Who cannot be attached is told of and counts as failed; the others run.
function attach.add_all(session, pids)
  for _, pid in ipairs(pids) do
    local ok, message, errno = session:attach(pid)
    if errno == ENOTCONN then options.refuse(125, "%s", message) end
    if not ok then console.say("--attach %d: %s", pid, message) end
  end
end

return attach
