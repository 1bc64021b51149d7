-- draw.lua - the options --gantt, --svg and --html of a verb, and what they make.
local answer = require "neap.answer"
local neap = require "neap"
local options = require "neap.options"
local target = require "neap.target"

local draw = {}

local STDOUT = 1
local REFUSED = 2

function draw.configure(parser)
  parser:flag("--gantt", "Draws who ran when, here: a row for each task.")
  parser:option("--svg", "Writes that as a picture, with the key figures."):argname("FILE")
  parser:option("--html", "Writes a page: the timeline to zoom into, shares, waits, the figures.")
    :argname("FILE")
end

-- Is a picture asked for?
function draw.wanted(given)
  return given.gantt or given.svg or given.html
end

-- Refuses what does not go together, before anything runs.
function draw.check(verb, given)
  if given.gantt and (given.json or given.csv) then
    options.misuse(verb, "--gantt writes to where %s does: give one of them",
      given.json and "--json" or "--csv")
  end
  for _, name in ipairs { "svg", "html" } do
    if given[name] == "-" then options.misuse(verb, "--%s wants the name of a file", name) end
  end
  if given.svg and given.svg == given.html then
    options.misuse(verb, "--svg and --html need files of their own, not both %s", given.svg)
  end
end

-- Writes a file; refuses, with the reason, when that fails.
local function write_file(path, text)
  local out <close>, problem = target.open(path)
  if not out then options.refuse(REFUSED, "%s", problem) end
  out:put(text)
  local ok, reason = out:done()
  if not ok then options.refuse(REFUSED, "%s", reason) end
end

-- Makes all that is asked for of one picture (neap.picture).
function draw.write(given, drawn)
  if given.gantt then
    local gantt = require "neap.picture.gantt"
    answer(gantt.text(drawn, gantt.options(os.getenv, (neap.terminal(STDOUT)))))
  end
  if given.svg then write_file(given.svg, require("neap.picture.svg").text(drawn)) end
  if given.html then write_file(given.html, require("neap.picture.page").text(drawn)) end
end

return draw
