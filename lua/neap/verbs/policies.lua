-- policies.lua - `neap policies`: the bundled policies, one line each.
local answer = require "neap.answer"
local neap = require "neap"
local tables = require "neap.table"

-- What a user should know before choosing it: long waits, empty cpus.
local function notes(policy)
  local said = {}
  if policy.starves then said[#said + 1] = "starves" end
  if policy.idles then said[#said + 1] = "idles" end
  return #said > 0 and (" [%s]"):format(table.concat(said, ", ")) or ""
end

local function run()
  local rows = {}
  for _, policy in ipairs(neap.policies()) do
    rows[#rows + 1] = {
      policy.name, policy.alias or "-", policy.language, (policy.summary or "") .. notes(policy),
    }
  end
  answer(tables.format({ "policy", "alias", "in", "summary" }, rows))
  return 0
end

return {
  name = "policies",
  usage = "neap policies",
  summary = "List the bundled policies.",
  run = run,
}
