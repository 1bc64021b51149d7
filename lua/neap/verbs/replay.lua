-- replay.lua - `neap replay`: does a recorded run again, and compares what the policies answer.
local again = require "neap.again"
local write = require "neap.answer"
local console = require "neap.console"
local instead = require "neap.instead"
local json = require "neap.json"
local options = require "neap.options"
local tables = require "neap.table"

local DIFFERS, USAGE, BROKEN = 1, 2, 125
local ENOMEM = 12

local EPILOG = [[
example:
  neap run -p ./mine.lua --record run.neap -f jobs.txt
  neap replay run.neap
  neap replay run.neap --policy srtf --policy fair   what would have been under these

exit codes: 0: all the same, also of a record that was cut; 1: an answer differs, or the record is
damaged; 2: the options are wrong, or FILE is no recorded run; 125: neap failed.]]

local function configure(parser)
  parser:option("-p --policy", "What would have been under this policy; may be repeated.")
    :argname("NAME"):count("*")
  options.take_params(parser, "Set a parameter of the policies")
  parser:option("--policy-memory", "Memory for the state of a policy file (default: 8M).")
    :argname("SIZE")
  parser:flag("--json", "Print one JSON object, schema neap-replay-1.")
end

local function bytes_per_decision(answer)
  return answer.bytes / math.max(answer.decisions, 1)
end

local function verdict(answer)
  if answer.damage then return "the record is damaged" end
  if answer.difference then return "not the same" end
  return answer.taken == answer.answers and answer.answers > 0 and "none was compared"
    or "all the same"
end

local function text_of(answer)
  local lines = {
    ("%d decisions, %d answers of policies: %s\n"):format(
      answer.decisions, answer.answers, verdict(answer)),
    ("%d records, %d bytes, %.1f bytes a decision; %s of a run in %s\n"):format(
      answer.records, answer.bytes, bytes_per_decision(answer),
      tables.duration(answer.wall_ns), tables.duration(answer.took_ns)),
  }
  for _, policy in ipairs(answer.policies) do
    if policy.why then
      lines[#lines + 1] = ("policy %s was not asked: %s\n"):format(policy.name, policy.why)
    end
  end
  if answer.difference then lines[#lines + 1] = answer.difference .. "\n" end
  return table.concat(lines)
end

local KEYS = { "decisions", "answers", "taken", "records", "bytes", "wall_ns", "took_ns" }

local function or_null(value)
  return value and json.encode(value) or "null"
end

local function json_of(answer)
  local list = {}
  for i, policy in ipairs(answer.policies) do
    list[i] = ('{"name":%s,"asked":%s,"why":%s}'):format(
      json.encode(policy.name), not policy.why, or_null(policy.why))
  end
  return ('{"schema":"neap-replay-1","same":%s,%s,"cut":%s,"policies":[%s],"difference":%s,'
    .. '"damage":%s}\n'):format(not (answer.difference or answer.damage),
    json.members(KEYS, answer), answer.cut, table.concat(list, ","), or_null(answer.difference),
    or_null(answer.damage))
end

-- What would have been under other policies. Returns the exit code.
local function compare(given, path)
  local params, choices = options.params("replay", given), {}
  for i, policy in ipairs(given.policy) do
    choices[i] = { policy = policy, params = params, policy_memory = given.policy_memory }
  end
  local ok, answer, message = pcall(instead.read, path, choices)
  if not ok or not answer then options.refuse(USAGE, "%s", ok and message or answer) end
  write(given.json and instead.json(answer) or instead.text(answer))
  if answer.about.cut then console.say("%s is cut: the run was killed, or is going on", path) end
  return 0
end

local function run(given)
  if #given.word ~= 1 then
    options.misuse("replay", #given.word == 0 and "no record: give a FILE of neap run --record"
      or 'unexpected "%s"', given.word[2])
  end
  local path = given.word[1]
  if #given.policy > 0 then return compare(given, path) end
  if #given.param > 0 then options.misuse("replay", "--param is for --policy") end
  local answer, message, errno = again.run(path)
  if not answer then
    options.refuse(errno == ENOMEM and BROKEN or USAGE, "%s", message)
  end
  write(given.json and json_of(answer) or text_of(answer))
  if answer.damage then console.say("%s: %s", path, answer.damage) end
  if answer.cut then console.say("%s is cut: the run was killed, or is going on", path) end
  return (answer.difference or answer.damage) and DIFFERS or 0
end

return {
  name = "replay",
  usage = "neap replay FILE [--json]\n       neap replay FILE --policy NAME ... [--json]",
  summary = "Do a recorded run again, and compare.",
  description = "Does all decisions of a run that `neap run --record` wrote again. The policies "
    .. "are asked, and their answers compared with those recorded. With --policy: what would have "
    .. "been under another, simulated.",
  epilog = EPILOG,
  takes_words = true,
  configure = configure,
  run = run,
}
