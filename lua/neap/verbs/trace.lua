-- trace.lua - `neap trace`: what happened in a recorded run.
local draw = require "neap.picture.draw"
local filters = require "neap.trace_filter"
local options = require "neap.options"
local raw = require "neap.trace_raw"
local story = require "neap.trace_story"
local summaries = require "neap.trace_summary"
local target = require "neap.target"
local text = require "neap.trace_text"
local pictures = require "neap.trace_picture"
local perfetto = require "neap.trace_perfetto"
local console = require "neap.console"

local DAMAGED, USAGE, BROKEN = 1, 2, 125

local EXAMPLES = [[
examples:
  neap run --record run.neap -f jobs.txt     records a run
  neap trace run.neap                        a line for each turn of a task on a cpu
  neap trace --task build --from 10s --to 12s run.neap
  neap trace --summary run.neap              the table that the run ended with
  neap trace --perfetto run.json run.neap    for ui.perfetto.dev

exit codes: 0, also of a record that was cut; 1: the record is damaged, what was before is shown;
2: the options are wrong, or FILE is no recorded run; 125: neap failed, or could not write.]]

local function configure(parser)
  parser:option("--perfetto", "Write Chrome's JSON to OUT ('-': stdout), for ui.perfetto.dev.")
    :argname("OUT")
  parser:flag("--summary", "Print the table that the run ended with, and metrics.")
  parser:flag("--json", "Print the accounts as one JSON object, schema neap-trace-1.")
  parser:flag("--raw", "Print each event as a line (docs/TRACE.md).")
  draw.configure(parser)
  parser:option("--task", "Only tasks of this id or name; may be repeated."):argname("TASK")
    :count("*")
  parser:option("--cpu", "Only turns on this cpu, from 0."):argname("N")
    :convert(options.whole("--cpu", 0))
  parser:option("--from", "Only what happened so long after the start, or later.")
    :argname("TIME"):convert(options.duration)
  parser:option("--to", "Only what happened until then."):argname("TIME")
    :convert(options.duration)
end

local function check(given)
  local modes = {}
  for _, name in ipairs { "perfetto", "summary", "raw" } do
    if given[name] then modes[#modes + 1] = "--" .. name end
  end
  for _, name in ipairs { "gantt", "svg", "html" } do
    if given[name] and #modes > 0 then
      options.misuse("trace", "give either %s or --%s, not both", modes[1], name)
    end
    if given[name] and given.cpu then
      options.misuse("trace", "--cpu does not go with --%s, which shows all cpus", name)
    end
  end
  if given.json and not given.summary then modes[#modes + 1] = "--json" end
  if #modes > 1 then
    options.misuse("trace", "give either %s or %s, not both", modes[1], modes[2])
  end
  local is_summary = given.summary or given.json
  for _, name in ipairs { "from", "cpu" } do
    if is_summary and given[name] then
      options.misuse("trace", "--%s does not go with %s: accounts are from the start on, and of "
        .. "all cpus", name, modes[1])
    end
  end
  if given.from and given.to and given.to < given.from then
    options.misuse("trace", "--to is before --from")
  end
  if #given.word ~= 1 then
    options.misuse("trace", #given.word == 0 and "no record: give a FILE of neap run --record"
      or 'unexpected "%s"', given.word[2])
  end
end

-- What to show: a listener for the story, and what writes the rest when it is told.
local function make_view(given, out)
  local filter = filters.new(given)
  local function put(piece) out:put(piece) end
  if given.raw then return raw(put, filter) end
  if given.perfetto then return perfetto(put, filter) end
  if not (given.summary or given.json) then return text(put, filter) end
  local summary = summaries.new(filter)
  summary.listener.finish = function()
    summary:finish()
    if given.json then summary:json(put) else put(summary:text()) end
  end
  return summary.listener
end

local function open_target(given)
  if given.perfetto == given.word[1] then
    options.misuse("trace", "--perfetto would overwrite the record")
  end
  local out, problem = target.open(given.perfetto or "-")
  if not out then options.refuse(USAGE, "%s", problem) end
  return out
end

local function run(given)
  check(given)
  local path = given.word[1]
  if draw.wanted(given) then
    draw.check("trace", given)
    if given.svg == path or given.html == path then
      options.misuse("trace", "that would overwrite the record")
    end
    return pictures(path, given, filters.new(given))
  end
  local listener = {}
  local told, message = story.open(path, listener,
    (given.summary or given.json) and "metrics" or nil)
  if not told then options.refuse(USAGE, "%s", message) end
  local out <close> = open_target(given)
  for name, act in pairs(make_view(given, out)) do listener[name] = act end
  local ok, problem = told:run(given.to)
  listener.finish()
  local cut = told.rt:replay().cut
  told:close()
  local written, why = out:done()
  if not written then options.refuse(BROKEN, "%s", why) end
  if cut then console.say("%s is cut: the run was killed, or is going on", path) end
  if ok then return 0 end
  console.say("%s; what was before it is shown", problem)
  return DAMAGED
end

return {
  name = "trace",
  usage = "neap trace [OPTIONS] FILE",
  summary = "Show what happened in a recorded run.",
  description = "Shows a run that `neap run --record` wrote: without options a line for each turn "
    .. "of a task on a cpu.",
  epilog = EXAMPLES,
  takes_words = true,
  configure = configure,
  run = run,
}
