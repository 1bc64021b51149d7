-- doctor.lua - `neap doctor`: what this machine and this user allow, and what would help.
local answer = require "neap.answer"
local json = require "neap.json"
local neap = require "neap"
local options = require "neap.options"

local BROKEN, UNUSABLE = 125, 1
local KEYS = { "name", "state", "needed", "value", "remedy" }

-- What a terminal would obey does not get there.
local function clean(text)
  return (text:gsub("%c", "?"))
end

local function line(...)
  return (("%-13s %-9s %s"):format(...):gsub("%s+$", "") .. "\n")
end

local function text_of(facts)
  local lines = { line("FACT", "STATE", "VALUE") }
  for _, fact in ipairs(facts) do
    lines[#lines + 1] = line(fact.name, fact.state, clean(fact.value))
    if fact.remedy then lines[#lines + 1] = line("", "  try:", clean(fact.remedy)) end
  end
  lines[#lines + 1] = facts.usable and "neap can run here\n" or "neap cannot run here\n"
  return table.concat(lines)
end

-- Keys in a fixed order; what is not known is null.
local function json_of(facts)
  local list = {}
  for i, fact in ipairs(facts) do
    local parts = {}
    for k, key in ipairs(KEYS) do
      parts[k] = ('"%s":%s'):format(key, json.encode(fact[key]))
    end
    list[i] = "{" .. table.concat(parts, ",") .. "}"
  end
  return ('{"schema":"neap-doctor-1","usable":%s,"facts":[%s]}\n'):format(
    facts.usable, table.concat(list, ",\n"))
end

local function configure(parser)
  parser:flag("--json", "Write one JSON object, schema neap-doctor-1.")
end

local function run(given)
  local facts, problem = neap.facts()
  if not facts then options.refuse(BROKEN, "%s", problem) end
  answer(given.json and json_of(facts) or text_of(facts))
  return facts.usable and 0 or UNUSABLE
end

return {
  name = "doctor",
  usage = "neap doctor [--json]",
  summary = "Say what this machine and user allow.",
  description = "Tries what neap makes use of, and says what it found; of what is degraded or "
    .. "missing also what would help. Exit code 1 if no process can be run at all.",
  configure = configure,
  run = run,
}
