-- history.lua - one task's states over a recorded run, and who had the cpus meanwhile.
local neap = require "neap"

local history = {}

-- Follows a task from when it is made. `is_it(id, name)` tells which it is.
local function follow(run, is_it)
  return function(kind, _, id, text)
    if kind == "add" and is_it(id, text) then
      run.matches[#run.matches + 1] = id
      run.id, run.name = run.id or id, run.name or text
    end
    run:look()
  end
end

local run_methods = {}
run_methods.__index = run_methods

-- Notes a state that has begun since the last look.
function run_methods:look()
  if not self.id or self.over then return end
  local task = self.task or self.rt:find(self.id)
  self.task = task
  if not task then return end
  local last = self.spans[#self.spans]
  if not task.alive then
    if last and not last.to then last.to = self.rt:now() end
    self.over = true
  elseif not last or task.since ~= last.from or task.state ~= last.state then
    if last then last.to = task.since end
    self.spans[#self.spans + 1] = { state = task.state, from = task.since, cpu = task.cpu }
  end
end

local function listen(run)
  run.rt:on("error", function() end) -- was told when it happened
  run.rt:on("switch", function(cpu, _, to)
    run.turns[#run.turns + 1] = { at = run.rt:now(), cpu = cpu, id = to and to.id,
      name = to and to.name }
  end)
  run.rt:on("exit", function(task, how, code)
    if task.id ~= run.id then return end
    run:look()
    run.how, run.code, run.ended = how, code, run.rt:now()
  end)
end

-- Reads the record in `path`. Returns { id, name, matches, spans, turns, start, finish, how, code,
-- ended }, all times on the run's clock; or nil and a message. `word` is an id or a name.
function history.read(path, word)
  local number = math.tointeger(tonumber(word))
  local run = setmetatable({ spans = {}, turns = {}, matches = {} }, run_methods)
  local rt, message = neap.replay(path, { mode = "take", events = follow(run, function(id, name)
    return number and id == number or not number and name == word
  end) })
  if not rt then return nil, message end
  local _ <close> = rt
  run.rt, run.start = rt, rt:now()
  listen(run)
  local ok, problem = rt:run()
  run:look()
  run.finish = rt:now()
  run.over = true
  if not ok and #run.spans == 0 then return nil, problem end
  run.problem = not ok and problem or nil
  run.cut = rt:replay().cut
  return run
end

-- The span that holds at time `at`, and the one after it.
function history.span_at(run, at)
  for i, span in ipairs(run.spans) do
    if at >= span.from and at < (span.to or run.finish + 1) then return span, i end
  end
end

-- The first span from number `i` on in which it runs, or starts.
function history.next_turn(run, i)
  for k = i, #run.spans do
    local span = run.spans[k]
    if span.state == "running" or span.state == "starting" then return span end
  end
end

-- The longest wait, or nil.
function history.longest_wait(run)
  local longest
  for _, span in ipairs(run.spans) do
    local length = (span.to or run.finish) - span.from
    if span.state == "ready" and (not longest or length > longest.to - longest.from) then
      longest = { from = span.from, to = span.from + length }
    end
  end
  return longest
end

-- Who had the cpus from `from` to `to`: { { id, name, ns } }, most first.
function history.who_ran(run, from, to)
  local on, ns, names, list = {}, {}, {}, {}
  local function pay(turn, until_)
    local time = math.min(until_, to) - math.max(turn.at, from)
    if turn.id and time > 0 then
      ns[turn.id] = (ns[turn.id] or 0) + time
      names[turn.id] = turn.name
    end
  end
  for _, turn in ipairs(run.turns) do
    if on[turn.cpu] then pay(on[turn.cpu], turn.at) end
    on[turn.cpu] = turn
  end
  for _, turn in pairs(on) do pay(turn, run.finish) end
  for id, time in pairs(ns) do list[#list + 1] = { id = id, name = names[id], ns = time } end
  table.sort(list, function(a, b) return a.ns > b.ns or a.ns == b.ns and a.id < b.id end)
  return list
end

return history
