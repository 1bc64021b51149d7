-- rescue.lua - `neap rescue`: what a neap left behind that was killed together with its guard.
local answer = require "neap.answer"
local neap = require "neap"
local options = require "neap.options"
local tables = require "neap.table"

local DONE = { ["end"] = "ended", continue = "continued", by_record = "ended or continued",
  list = "left" }

local function configure(parser)
  parser:flag("--list", "Only say what is left.")
  parser:flag("--continue", "Continue what is stopped, and leave it running.")
  parser:flag("--end", "End it: TERM, the grace time, KILL.")
  parser:option("--grace", "From TERM to KILL (default: 2s)."):argname("TIME")
    :convert(options.grace)
end

local function action(given)
  local chosen = "by_record"
  for _, name in ipairs { "list", "continue", "end" } do
    if given[name] then
      if chosen ~= "by_record" then
        options.misuse("rescue", "give one of --list, --continue and --end")
      end
      chosen = name
    end
  end
  return chosen
end

local function run(given)
  local what = action(given)
  local list, message = neap.rescue { action = what, grace = given.grace }
  if not list then
    io.stderr:write("neap: cannot rescue: ", message, "\n")
    return 125
  end
  if #list == 0 then
    answer("nothing was left behind\n")
    return 0
  end
  local rows = {}
  for i, left in ipairs(list) do
    rows[i] = { left.pid, left.task > 0 and left.task or "-", left.runtime,
      left.stopped and "stopped" or "runs", left.command }
  end
  answer(tables.format({ "pid", "task", "neap", "was", "command" }, rows))
  io.stderr:write(("neap: %d process%s %s\n"):format(#list, #list == 1 and "" or "es", DONE[what]))
  return 0
end

return {
  name = "rescue",
  usage = "neap rescue [--list|--continue|--end]",
  summary = "Free or end what a killed neap left behind.",
  configure = configure,
  run = run,
}
