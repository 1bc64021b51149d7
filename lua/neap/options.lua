-- options.lua - options of a verb: parsed by argparse, refused in neap's own words.
--
-- A verb is a table { name, summary, usage, description, epilog, configure = function(parser),
-- run = function(options, program) }. `program` is the list after "--", or nil without one.
local neap = require "neap"

local options = {}
local Refusal = {}

-- Ends the verb with a message on stderr and an exit code.
function options.refuse(code, ...)
  error(setmetatable({ code = code, message = string.format(...) }, Refusal), 0)
end

-- The same for options that make no sense (exit code 2): points at the help.
function options.misuse(verb, ...)
  local hint = ("neap %s --help"):format(verb)
  error(setmetatable({ code = 2, message = string.format(...), hint = hint }, Refusal), 0)
end

function options.is_refusal(problem)
  return getmetatable(problem) == Refusal
end

-- Converters for argparse: value, or nil and the message.

function options.duration(text)
  local ok, ns = pcall(neap.duration, text)
  if ok and ns >= 0 then return ns end
  return nil, ('"%s" is not a duration (try 10ms, 1.5s, 2h)'):format(text)
end

function options.quantum(text)
  local ok, ns = pcall(neap.duration, text)
  if ok and ns >= neap.ms and ns <= neap.s then return ns end
  return nil, ('the quantum must be a duration from 1ms to 1s, not "%s"'):format(text)
end

function options.grace(text)
  local ok, ns = pcall(neap.duration, text)
  if ok and ns >= 0 and ns <= 24 * neap.hour then return ns end
  return nil, ('the grace time must be a duration from 0s to 24h, not "%s"'):format(text)
end

function options.max_hold(text)
  local ok, ns = pcall(neap.duration, text)
  if ok and (ns == 0 or ns >= 10 * neap.ms) then return ns end
  return nil, ('the longest hold must be at least 10ms, or 0 for no bound, not "%s"'):format(text)
end

local words_of = setmetatable({}, { __mode = "k" }) -- converter: the words that it takes

-- One of the words of `list`.
function options.one_of(what, list)
  local words = table.concat(list, ", ", 1, #list - 1) .. " or " .. list[#list]
  local function convert(text)
    for _, word in ipairs(list) do
      if text == word then return text end
    end
    return nil, ('%s must be %s, not "%s"'):format(what, words, text)
  end
  words_of[convert] = list
  return convert
end

local function parameter(text)
  local name, value = text:match("^([%a_][%w_]*)=(.*)$")
  if name then return { name = name, value = value } end
  return nil, ('a parameter is NAME=VALUE, not "%s"'):format(text)
end

-- Lets a verb take --param; options.params() reads it.
function options.take_params(parser, about)
  parser:option("-s --param", about .. "; may be repeated."):argname("NAME=VALUE"):count("*")
    :convert(parameter)
end

-- { name = value } of what the verb of this name was given. One name, one value.
function options.params(verb, given)
  local params = {}
  for _, param in ipairs(given.param) do
    if params[param.name] then options.misuse(verb, "--param %s is given twice", param.name) end
    params[param.name] = param.value
  end
  return params
end

function options.whole(what, least)
  return function(text)
    local n = text:find("^%-?%d+$") and math.tointeger(tonumber(text))
    if n and n >= least then return n end
    return nil, ('%s must be a whole number of at least %d, not "%s"'):format(what, least, text)
  end
end

-- Cuts { ..., "--", PROG, ... } in two.
local function split(words)
  for i, word in ipairs(words) do
    if word == "--" then
      return { table.unpack(words, 1, i - 1) }, { table.unpack(words, i + 1) }
    end
  end
  return words, nil
end

-- argparse takes "-1" for an option: glue a negative number to the option before it, so that
-- the option's own check can refuse it.
local function glue_negatives(words)
  local glued = {}
  for _, word in ipairs(words) do
    local before = glued[#glued]
    if word:find("^%-%d") and before and before:find("^%-") then
      glued[#glued] = before .. (before:find("^%-%-") and "=" or "") .. word
    else
      glued[#glued + 1] = word
    end
  end
  return glued
end

-- argparse gives each name of an option a line of its own; "-p NAME, --policy NAME" reads better.
local function label_on_one_line(option)
  local lines = option:_get_label_lines()
  for i, line in ipairs(lines) do lines[i] = line:match("^%s*(.*)$") end
  local label = table.concat(lines, " "):gsub("(%-%w) [%w_]+,", "%1,")
  function option._get_label_lines() return { label } end
end

local function make_parser(verb)
  local found, argparse = pcall(require, "argparse")
  if not found then
    options.refuse(125, "the Lua module argparse is missing: apt-get install lua-argparse")
  end
  local parser = argparse("neap " .. verb.name):add_help(false)
    :usage("usage: " .. verb.usage):description(verb.description or verb.summary)
    :epilog(verb.epilog or ""):help_max_width(88):help_description_margin(28)
  if verb.configure then verb.configure(parser) end
  parser:flag("-h --help", "Show this and exit.")
  parser:argument("word"):args("*"):hidden(true)
  for _, option in ipairs(parser._options) do label_on_one_line(option) end
  return parser
end

-- The help text of a verb.
function options.help(verb)
  return (make_parser(verb):get_help():gsub("%s*$", "\n"))
end

-- The options of a verb as data, for its manual page and for shells: a list of { names (the short
-- one first), argument (nil: it takes none), words (that it takes; nil: any), about }.
function options.describe(verb)
  local list = {}
  for i, option in ipairs(make_parser(verb)._options) do
    local names = { table.unpack(option._aliases) }
    table.sort(names, function(a, b) return #a < #b end)
    list[i] = {
      names = names,
      argument = option._maxargs > 0 and table.concat(option:_get_argument_list(), " ") or nil,
      words = words_of[option._convert],
      about = option._description,
    }
  end
  return list
end

-- Words that are missing do not matter to who asks for help.
local function asks_for_help(words)
  for _, word in ipairs(words) do
    if word == "-h" or word == "--help" then return true end
  end
  return false
end

-- Parses the words after the verb. Returns the options (the words that are none in `word`) and
-- the list after "--" or nil.
function options.parse(verb, words)
  local before, program = split(words)
  local ok, answer = make_parser(verb):pparse(glue_negatives(before))
  package.loaded.argparse = nil -- it is large, and a run goes on
  if not ok and asks_for_help(before) then return { help = true } end
  if not ok then options.misuse(verb.name, "%s", answer) end
  if #answer.word > 0 and not verb.takes_words then
    options.misuse(verb.name, 'unexpected "%s"%s', answer.word[1],
      verb.takes_program and " (a program comes after --)" or "")
  end
  return answer, program
end

return options
