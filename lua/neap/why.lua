-- why.lua - why a task is where it is: task:why(), and the words of `neap why`.
local tables = require "neap.table"

local why = {}

-- What is known of a task now: { task, name, state, since, for_ns, cpu, priority, weight, policy,
-- says, cpus = { { cpu, task, name, for_ns } } }. `says` are the policy's words, if it has any.
function why.now(rt, task)
  local now = rt:now()
  local facts = {
    task = task.id, name = task.name, state = task.state, since = task.since,
    for_ns = now - task.since, cpu = task.cpu, priority = task.priority, weight = task.weight,
    policy = rt.policy, says = task:explain(), cpus = {},
  }
  for cpu = 0, rt.cpus - 1 do
    local other = rt:current(cpu)
    if other then
      facts.cpus[#facts.cpus + 1] = { cpu = cpu, task = other.id, name = other.name,
        for_ns = now - other.since }
    end
  end
  return facts
end

local STATES = {
  new = "has just been made",
  ready = "has waited for a cpu for %s",
  starting = "has been starting on cpu %d for %s",
  running = "has run on cpu %d for %s",
  blocked = "has slept for %s",
  paused = "has been paused by the user for %s",
  ended = "has ended",
}

local function state_words(facts)
  local words = STATES[facts.state]
  if facts.state == "ready" and facts.for_ns == 0 then return "begins to wait for a cpu" end
  if words:find("%%d") then return words:format(facts.cpu, tables.duration(facts.for_ns)) end
  return words:find("%%s") and words:format(tables.duration(facts.for_ns)) or words
end

-- The facts as lines for people; the first begins with the task.
function why.text(facts)
  local lines = { ("task %d (%s, priority %d, weight %d) %s"):format(facts.task, facts.name,
    facts.priority, facts.weight, state_words(facts)) }
  if facts.says then lines[2] = ("  %s says: %s"):format(facts.policy, facts.says) end
  if facts.state == "ready" then
    for _, on in ipairs(facts.cpus) do
      lines[#lines + 1] = ("  cpu %d has task %d (%s), for %s"):format(on.cpu, on.task, on.name,
        tables.duration(on.for_ns))
    end
    if #facts.cpus == 0 then lines[#lines + 1] = "  no cpu has a task" end
  end
  return table.concat(lines, "\n")
end

-- task:why(): the text, and the facts.
function why.of(rt, task)
  local facts = why.now(rt, task)
  return why.text(facts), facts
end

return why
