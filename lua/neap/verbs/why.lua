-- why.lua - `neap why`: why a task of a recorded run waited, ran or slept at an instant.
local answer = require "neap.answer"
local console = require "neap.console"
local history = require "neap.history"
local neap = require "neap"
local json = require "neap.json"
local options = require "neap.options"
local outcome = require "neap.outcome"
local tables = require "neap.table"
local why = require "neap.why"

local REFUSED, MOST_NAMED = 2, 5
local EXAMPLES = [[
examples:
  neap run --record run.rec -p fair -j1 -f jobs.txt
  neap why run.rec build           its longest wait
  neap why run.rec 3 12.5s         task 3, 12.5 seconds after the start of the run]]

local function configure(parser)
  parser:argument("file", "What neap run --record has written."):args(1)
  parser:argument("task", "The task's id or its name."):args(1)
  parser:argument("at", "When: a time since the start of the run (default: in its longest wait).")
    :args("?"):convert(options.duration)
  parser:flag("--json", "The answer as JSON.")
end

-- "12.345678s", of times on the run's clock.
local function when(run, at) return ("%.6fs"):format((at - run.start) / neap.s) end

local function read(given)
  local run, message = history.read(given.file, given.task)
  if not run then options.refuse(REFUSED, "%s", message) end
  if run.problem then console.say("%s", run.problem) end
  if not run.id then options.refuse(REFUSED, "%s has no task %s", given.file, given.task) end
  if #run.matches > 1 then
    console.say("%d tasks are called %s: this is the first, task %d", #run.matches, run.name,
      run.id)
  end
  return run
end

-- What the policies say at `at`, just before what happens then: they are asked once more.
local function ask(given, run, at)
  local rt <close> = assert(neap.replay(given.file))
  rt:on("error", function() end)
  rt:run(math.max(0, at - run.start - 1))
  local state = rt:replay()
  local task = rt:find(run.id)
  local facts = task and why.now(rt, task)
  if facts then facts.not_asked = state.not_asked ~= 0 and not facts.says or nil end
  return facts
end

-- When it gets a cpu next, and who has them until then; of one that sleeps or is paused, only what
-- comes next.
local function look_ahead(run, span, number, at)
  if span.state == "running" or span.state == "starting" then return nil end
  if span.state ~= "ready" then return { change = span.to } end
  local turn = history.next_turn(run, number)
  return {
    at = turn and turn.from, cpu = turn and turn.cpu,
    meanwhile = history.who_ran(run, at, turn and turn.from or run.finish),
  }
end

local function named(list)
  local words = {}
  for i, one in ipairs(list) do
    if i > MOST_NAMED then break end
    words[i] = ("task %d (%s) %s"):format(one.id, one.name, tables.duration(one.ns))
  end
  local more = #list - MOST_NAMED
  return table.concat(words, ", ") .. (more > 0 and (" and %d more"):format(more) or "")
end

local function next_words(run, ahead, at)
  if not ahead.meanwhile then
    return ahead.change and ("  until %s, %s later"):format(when(run, ahead.change),
      tables.duration(ahead.change - at)) or "  until the record ends"
  end
  local lines = {}
  lines[1] = ahead.at and ("  it gets cpu %d at %s, %s later"):format(ahead.cpu or 0,
    when(run, ahead.at), tables.duration(ahead.at - at)) or "  it gets no cpu any more"
  if #ahead.meanwhile > 0 then
    lines[2] = "  until then the cpus have: " .. named(ahead.meanwhile)
  end
  return table.concat(lines, "\n")
end

-- Before it was made, or after its end.
local function tell_absence(given, run, at)
  local first = run.spans[1]
  local text = at < first.from and ("it was made at %s"):format(when(run, first.from))
    or run.ended and ("it has ended at %s: %s"):format(when(run, run.ended),
      outcome.words(run.how, run.code))
    or ("the record ends at %s"):format(when(run, run.finish))
  if given.json then
    answer(json.encode { schema = "neap-why-1", task = run.id, name = run.name,
      at_ns = at - run.start, absent = text }, "\n")
  else
    answer(("task %d (%s), at %s: %s\n"):format(run.id, run.name, when(run, at), text))
  end
  return 0
end

local function choose(given, run)
  if given.at then return run.start + given.at, nil end
  local wait = history.longest_wait(run)
  if not wait then return run.spans[1].from, nil end
  return wait.from, wait
end

local function tell(run, at, span, facts, ahead, wait)
  local lines = { wait and ("its longest wait is from %s to %s: %s"):format(when(run, wait.from),
    when(run, wait.to), tables.duration(wait.to - wait.from)) or ("at %s:"):format(when(run, at)) }
  lines[2] = why.text(facts)
  if span.state == "running" then
    lines[3] = ("  it got cpu %d at %s; the words are of just before"):format(span.cpu,
      when(run, span.from))
  end
  if facts.not_asked then
    lines[#lines + 1] = "  its policy cannot be asked again: it was a table of a script"
  end
  if ahead then lines[#lines + 1] = next_words(run, ahead, at) end
  answer(table.concat(lines, "\n"), "\n")
end

local function tell_json(run, at, facts, ahead, wait)
  facts.schema = "neap-why-1"
  facts.at_ns, facts.since_ns, facts.since = at - run.start, facts.since - run.start, nil
  if wait then
    facts.longest_wait = { from_ns = wait.from - run.start, to_ns = wait.to - run.start }
  end
  if ahead then
    local next_at = ahead.at or ahead.change
    facts.next = { at_ns = next_at and next_at - run.start, cpu = ahead.cpu,
      meanwhile = ahead.meanwhile }
  end
  answer(json.encode(facts), "\n")
end

local function run(given)
  local record = read(given)
  local at, wait = choose(given, record)
  local span, number = history.span_at(record, at)
  if not span or span.state == "ended" then return tell_absence(given, record, at) end
  local runs = span.state == "running"
  -- of a task that runs the numbers that count are those of when it was picked; a wait is asked
  -- about when all that has happened at its beginning has happened
  local facts = ask(given, record, runs and span.from or math.max(at, span.from) + 1)
  if not facts then return tell_absence(given, record, at) end
  if runs then facts.state, facts.cpu, facts.for_ns = "running", span.cpu, at - span.from end
  local ahead = look_ahead(record, span, number, at)
  if given.json then
    tell_json(record, at, facts, ahead, wait)
  else
    tell(record, at, span, facts, ahead, wait)
  end
  return 0
end

return {
  name = "why",
  usage = "neap why FILE TASK [AT] [--json]",
  summary = "Say why a task of a recorded run waited, or ran.",
  description = "Does a recorded run again up to an instant, and says what the task did then, "
    .. "which numbers of the policy decided, who had the cpus, and when it gets one.",
  epilog = EXAMPLES,
  configure = configure,
  run = run,
}
