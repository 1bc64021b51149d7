-- cli.lua - the command line: finds the verb or the script, runs it, answers its exit code.
local answer = require "neap.answer"
local console = require "neap.console"
local help = require "neap.verbs.help"
local options = require "neap.options"

local ALIASES = {
  ["-h"] = "help", ["--help"] = "help", ["-V"] = "version", ["--version"] = "version",
}
local USAGE, BROKEN = 2, 125

local say = console.say

-- A directory can be opened, but not read.
local function is_readable(path)
  local file = io.open(path, "rb")
  if not file then return false end
  local text = file:read(0)
  file:close()
  return text ~= nil
end

local function traceback(problem)
  local meta = getmetatable(problem)
  if type(problem) == "string" then return debug.traceback(problem, 2) end
  if meta and meta.__tostring then return tostring(problem) end
  return debug.traceback(("(an error object: a %s)"):format(type(problem)), 2)
end

-- Runs a Lua program as `lua` would: `arg` is set, its own os.exit() is honoured.
local function run_script(words)
  local path = words[1]
  local given = { [-1] = words[0] or "neap", [0] = path, table.unpack(words, 2) }
  local chunk, problem = loadfile(path)
  if not chunk then
    say("%s", problem)
    return 1
  end
  rawset(_G, "arg", given)
  local ok, trace = xpcall(chunk, traceback, table.unpack(given))
  if not ok then say("%s", trace) end
  return ok and 0 or 1
end

-- Refusals pass as they are; everything else that is raised is a fault of ours.
local function keep_refusal(problem)
  return options.is_refusal(problem) and problem or traceback(problem)
end

local function parse_and_run(verb, words)
  local given, program = options.parse(verb, words)
  if not given.help then return verb.run(given, program) end
  answer(options.help(verb))
  return 0
end

-- What is still to be written is written now: at exit nobody could say that it was not.
local function end_of_output(code)
  local ok, problem = io.stdout:flush()
  if ok then return code end
  say("cannot write stdout: %s", problem)
  return BROKEN
end

local function run_verb(name, words)
  local verb = require("neap.verbs." .. name)
  local ok, result = xpcall(parse_and_run, keep_refusal, verb, words)
  console.settle()
  if ok then return end_of_output(result) end
  if not options.is_refusal(result) then
    say("internal error: %s", result)
    return BROKEN
  end
  say("%s", result.message)
  if result.hint then console.write(("try '%s'\n"):format(result.hint)) end
  return result.code
end

local function refuse_word(word)
  say("%s", help.unknown(word))
  console.write("try 'neap help'\n")
  return USAGE
end

return function(words)
  local first = words[1]
  if not first then
    console.write(help.overview())
    return USAGE
  end
  first = ALIASES[first] or first
  if help.is_verb(first) then return run_verb(first, { table.unpack(words, 2) }) end
  if first:find("%.lua$") or is_readable(first) then return run_script(words) end
  return refuse_word(first)
end
