-- verbs.lua - the verbs of neap as data, for manual pages and completions: run inside neap.
--
-- What a verb takes is asked of its own table. What kind of thing a value is (a file, a policy)
-- follows from its name there; a word list from its converter, or from WORDS below.
local help = require "neap.verbs.help"
local neap = require "neap"
local options = require "neap.options"

local verbs = {}

local KINDS = { FILE = "file", OUT = "file", WORKLOAD = "file" } -- by the name of the value
local POLICIES = { ["--policy"] = true, ["--base"] = true }

local function limits()
  local list = {}
  for i, name in ipairs(neap.limits) do list[i] = name:gsub("_", "-") .. "=" end
  table.sort(list)
  return list
end

local WORDS = { -- by the option and the name of its value
  ["--output MODE [DIR]"] = { "inherit", "tag", "group", "files", "null" },
  ["--sched CLASS"] = { "batch", "other", "idle", "fifo:", "rr:", "deadline:" },
  ["--bind CPUS"] = { "pin" },
  ["--limit NAME=VALUE"] = limits(),
  ["--sweep NAME=VALUES"] = { "quantum=", "cpus=", "seed=" },
}

-- The words that are no options, in their order: what the n-th of them is; the last one repeats.
local PLACES = {
  help = { "verb" }, policy = { "action", "policy" }, sim = { "file" }, trace = { "file" },
  replay = { "file" }, why = { "file", "any" },
}
verbs.ACTIONS = { "new", "check", "show" } -- of neap policy

local function with_kind(option)
  local long = option.names[#option.names]
  option.long = long
  option.short = #option.names > 1 and option.names[1] or nil
  option.words = option.words or WORDS[long .. " " .. (option.argument or "")]
  option.kind = not option.argument and "none" or option.words and "words"
    or POLICIES[long] and "policy" or KINDS[option.argument] or "any"
  return option
end

-- Every verb: { name, summary, usage, description, epilog, takes_program, options, places }. An
-- option is one of options.describe() with `kind`: "none" (a flag), "words", "policy", "file" or
-- "any"; and its `short` and `long` names.
function verbs.list()
  local list = {}
  for i, name in ipairs(help.verbs()) do
    local verb = require("neap.verbs." .. name)
    local described = options.describe(verb)
    for _, option in ipairs(described) do with_kind(option) end
    list[i] = {
      name = name, summary = verb.summary, usage = verb.usage, description = verb.description,
      epilog = verb.epilog, takes_program = verb.takes_program, options = described,
      places = PLACES[name] or verb.takes_words and { "file" } or {},
    }
  end
  return list
end

-- The names of all bundled policies, short ones included.
function verbs.policies()
  local names = {}
  for _, policy in ipairs(neap.policies()) do
    names[#names + 1] = policy.name
    names[#names + 1] = policy.alias
  end
  table.sort(names)
  return names
end

-- A sentence without its end, for a line of a list.
function verbs.short(text)
  return (text:gsub("%s+", " "):gsub("%.$", ""))
end

function verbs.read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

function verbs.write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(text))
end

return verbs
