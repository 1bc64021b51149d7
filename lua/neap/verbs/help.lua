-- help.lua - `neap help [VERB]`: what there is, or how to use one verb.
local answer = require "neap.answer"
local neap = require "neap"
local options = require "neap.options"

local OVERVIEW = [[
neap %s - schedules processes by policies that you can write

usage: neap VERB [OPTIONS]
       neap SCRIPT.lua [ARGS]

verbs:
%s
'neap help VERB' or 'neap VERB --help' tells more, with examples.
]]

local help = {
  name = "help",
  usage = "neap help [VERB]",
  summary = "Show what there is, or how to use a verb.",
  takes_words = true,
}

-- The verbs: the modules neap.verbs.* of this program, one file each.
function help.verbs()
  local list = {}
  for module in pairs(package.preload) do
    list[#list + 1] = module:match("^neap%.verbs%.(%l+)$")
  end
  table.sort(list)
  return list
end

function help.overview()
  local lines = {}
  for _, name in ipairs(help.verbs()) do
    lines[#lines + 1] = ("  %-10s %s\n"):format(name, require("neap.verbs." .. name).summary)
  end
  return OVERVIEW:format(neap.version, table.concat(lines))
end

function help.is_verb(word)
  return package.preload["neap.verbs." .. word] ~= nil
end

-- The sentence for a word that is no verb.
function help.unknown(word)
  local near = neap.suggest(word, help.verbs())
  return ('unknown verb "%s"%s'):format(word,
    near and (' (did you mean "%s"?)'):format(near) or "")
end

function help.run(given)
  local word = given.word[1]
  if word and not help.is_verb(word) then options.refuse(2, "%s", help.unknown(word)) end
  answer(word and options.help(require("neap.verbs." .. word)) or help.overview())
  return 0
end

return help
