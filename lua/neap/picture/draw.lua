-- draw.lua - the options --gantt, --svg and --html of a verb, and what they make.
local neap = require "neap"
local options = require "neap.options"

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
  if given.svg and given.svg == given.html then
    options.misuse(verb, "--svg and --html need files of their own, not both %s", given.svg)
  end
end

-- Writes a file; refuses, with the reason, when that fails.
function draw.write_file(path, text)
  local file, problem = io.open(path, "wb")
  local ok = false
  if file then
    ok, problem = file:write(text)
    local closed, reason = file:close()
    if ok and not closed then ok, problem = false, reason end
  end
  if not ok then
    options.refuse(REFUSED, "cannot write %s: %s", path, (problem:gsub("^.*: ", "")))
  end
end

-- Makes all that is asked for of one picture (neap.picture).
function draw.write(given, drawn)
  if given.gantt then
    local gantt = require "neap.picture.gantt"
    io.stdout:write(gantt.text(drawn, gantt.options(os.getenv, (neap.terminal(STDOUT)))))
  end
  if given.svg then draw.write_file(given.svg, require("neap.picture.svg").text(drawn)) end
  if given.html then draw.write_file(given.html, require("neap.picture.page").text(drawn)) end
end

return draw
