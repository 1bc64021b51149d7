-- reload.lua - a run takes its policy's file again: on USR1, or when the file changes.
local neap = require "neap"
local options = require "neap.options"

local reload = {}

local EVERY = 250 * neap.ms

function reload.configure(parser)
  parser:flag("--watch", "Take the policy again when its file changes (USR1 does it, too).")
  parser:flag("--trust", "Policy files may do what any script may: no sandbox, no bounds.")
end

function reload.check(given)
  local is_library = given.policy and given.policy:find "%.so$" -- is loaded once
  if given.watch and (is_library or not neap.stamp(given.policy)) then
    options.misuse("run", "--watch needs a policy file: -p FILE.lua, not -p %s", given.policy)
  end
end

local function take(session)
  local ok, message = session.rt:reload()
  if ok then
    session.inform("policy %s taken anew", session.rt.policy)
  else
    session.say("the policy stays as it is: %s", message)
  end
end

-- A file that is being replaced may be missing for a moment.
local function watch(session, path)
  local seen = neap.stamp(path)
  session.rt:every(EVERY, function()
    local now = neap.stamp(path)
    if not now or now == seen then return end
    seen = now
    take(session)
  end)
end

function reload.listen(session, given)
  session.rt:on_signal("USR1", function() take(session) end)
  if given.watch then watch(session, given.policy) end
end

return reload
