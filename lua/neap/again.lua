-- again.lua - a recorded run done again with its policies, as often as it takes.
local neap = require "neap"

local again = {}

local UNKNOWN = "it was a table of a script, or of another program"
local REFUSED = "its recorded text is not accepted here"
local STOPPED = "it was stopped then, which depends on the machine"
local MOST = 64 -- policies of a run that can be told apart

-- Which policy is in charge: the one that came last, unless it refused.
local function follow(names)
  local coming = nil
  return function(kind, _, _, text, number)
    if kind == "policy" then
      names[#names + 1] = text
      coming, names.before, names.in_charge = true, names.in_charge, #names
    elseif (kind == "init" or kind == "refuse") and coming and number < 0 then
      names.in_charge = names.before
    elseif kind ~= "refuse" and kind ~= "init" then
      coming = false
    end
  end
end

local function attempt(path, not_asked)
  local names = {}
  local rt, message, errno = neap.replay(path, { not_asked = not_asked, events = follow(names) })
  if not rt then return nil, message, errno end
  rt:on("error", function() end)
  local began = os.clock()
  local ok, damage = rt:run()
  local answer, stats = rt:replay(), rt:stats()
  answer.took_ns = math.floor((os.clock() - began) * neap.s)
  answer.damage = not ok and damage or nil
  answer.decisions, answer.wall_ns = stats.decisions, stats.wall_ns
  answer.names = names
  rt:close()
  return answer
end

local function describe(answer, stopped)
  local list = {}
  for i, name in ipairs(answer.names) do
    local bit = i <= MOST and 1 << (i - 1) or 0
    list[i] = { name = name, why = stopped & bit ~= 0 and STOPPED
      or answer.unknown & bit ~= 0 and UNKNOWN
      or answer.not_asked & bit ~= 0 and REFUSED or nil }
  end
  return list
end

-- Returns what rt:replay() says in the end, and with it decisions, wall_ns, took_ns (CPU time),
-- policies (a list of { name, why }; why: it was not asked) and damage, a message; or nil, a
-- message and an errno. A policy that the machine stopped then, and not now, is not asked.
function again.run(path)
  local stopped = 0
  local answer, message, errno = attempt(path, stopped)
  while answer and answer.difference and answer.stopped_then do
    local bit = 1 << (answer.names.in_charge - 1)
    if answer.names.in_charge > MOST or stopped & bit ~= 0 then break end
    stopped = stopped | bit
    answer, message, errno = attempt(path, stopped)
  end
  if answer then answer.policies = describe(answer, stopped) end
  return answer, message, errno
end

return again
