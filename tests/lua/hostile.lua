-- hostile.lua - runs the policies of tests/hostile and says what became of each.
--
-- A case is a policy file with the answer that is expected in its second line: one or more
-- verdicts. `OK`; `LOAD_ERROR`, `LOAD_TIMEOUT`, `LOAD_NOMEM`: refused, the running policy stays;
-- `ERROR`, `TIMEOUT`, `NOMEM`, `ERRERR`, `BAD_RESULT`: of a hook, whose default answers; `EJECTED`:
-- by the watchdog. A neutral case, P.pick(ready, now), gets a policy of ours around it.
local luaunit = require "luaunit"
local neap = require "neap"

local hostile = {}

local TASKS, ROUNDS = 6, 14
local MOST_SECONDS, MOST_TEXT = 1, 2100 -- of CPU time; bytes of a report's message or trace

-- One line before the case, so that its lines keep their numbers.
local BEFORE = "local insert, remove, neap = table.insert, table.remove, require 'neap' "
  .. "local P = (function(...) "
local AFTER = [[

end)()
if type(P) ~= "table" or getmetatable(P) then return P end
local policy = neap.policy { name = "hostile" }
local ready = {}
for name, value in pairs(P) do
  if name ~= "pick" and name ~= "tick" and name ~= "quantum" then policy[name] = value end
end
function policy:enqueue(task) insert(ready, task) end
function policy:dequeue(task)
  for i = #ready, 1, -1 do
    if ready[i] == task then remove(ready, i) end
  end
end
if P.pick then
  function policy:pick()
    local task = P.pick(ready, self.now)
    self:dequeue(task)
    return task
  end
end
if P.tick then function policy:tick(task) return P.tick(task) end end
function policy:slice(task)
  if P.quantum then return P.quantum(task) end
  return self.quantum // 5
end
return policy
]]

-- The names of all cases.
function hostile.names()
  local pipe <close> = assert(io.popen "ls tests/hostile")
  local list = {}
  for name in pipe:read("a"):gmatch("(%S+)%.lua") do list[#list + 1] = name end
  return list
end

-- The text of a case as a policy file, and the set of verdicts that are right.
function hostile.read(name)
  local file <close> = assert(io.open("tests/hostile/" .. name .. ".lua", "rb"))
  local text = file:read("a")
  local expected = {}
  local line = text:match "%-%- expect: ([^\n]+)"
  for word in line:gmatch "%u[%u_]+" do expected[word] = true end
  if text:match("^[^\n]*a neutral one") then text = BEFORE .. text .. AFTER end
  return text, expected
end

local function verdict_of_load(message)
  if message:find("not enough memory", 1, true) then return "LOAD_NOMEM" end
  return message:find("stopped", 1, true) and "LOAD_TIMEOUT" or "LOAD_ERROR"
end

local function verdict_of(report)
  local message = report.message
  if report.kind == "ejected" then return "EJECTED" end
  if message:find("^not enough memory") then return "NOMEM" end
  if message:find "stopped: it ran %d" or message:find "stopped after %d" then return "TIMEOUT" end
  if message:find("^error in error handling") then return "ERRERR" end
  local wrong = message:find("returned .*, expected ") or message:find("^picked task %d")
    or message:find("^gave cpu ")
  return wrong and "BAD_RESULT" or "ERROR"
end

-- Everything that a report says is short and visible.
local function check_text(text, lines)
  luaunit.assertTrue(#text <= MOST_TEXT, "a text of " .. #text .. " bytes")
  text = text:gsub(lines and "[\n\t]" or "\t", "")
  luaunit.assertNil(text:find("%c"), "control characters in " .. ("%q"):format(text))
  luaunit.assertTrue(utf8.len(text) ~= nil, "not UTF-8")
end

local function check_reports(reports)
  local told, lines = {}, 0
  for _, report in ipairs(reports) do
    check_text(report.policy or "")
    check_text(report.message)
    check_text(report.trace or "", true)
    if report.kind == "failure" then
      luaunit.assertNil(told[report.hook], "told twice: " .. tostring(report.hook))
      told[report.hook] = true
    end
    lines = lines + (report.kind == "log" and 1 or 0)
  end
  return lines
end

-- One task after another ends, and another comes, until none is left of those at first.
local function renew(rt, live)
  local task = table.remove(live, 1)
  if task.state == "paused" then task:resume() end
  task:finish()
  rt:run(0)
  live[#live + 1] = rt:task { name = "late" } -- refused where its policy has no memory left
end

local function stir(rt, live)
  for i = 1, ROUNDS do
    if i % 2 == 0 and i <= 2 * TASKS then renew(rt, live) end
    local task = live[i % #live + 1]
    if i % 5 == 0 then task.priority = i % 10 end
    if i % 7 == 0 then task:pause() end
    rt:run(rt.quantum / 2)
    if task.state == "paused" then task:resume() end
    rt:run(rt.quantum / 2)
  end
end

-- All are there, none has run while another did, and each runs again under what is now in charge.
local function check_tasks(rt, live, elsewhere)
  local stats, sum = rt:stats(), 0
  luaunit.assertEquals(stats.active, #live)
  for task in rt:tasks() do sum = sum + task.cpu_ns end
  luaunit.assertTrue(sum <= rt:now() * stats.cpus)
  rt:set_policy "rr"
  local before = {}
  for task in rt:tasks() do before[task] = task.cpu_ns end
  rt:run(2 * TASKS * rt.quantum)
  for _, task in ipairs(live) do
    luaunit.assertTrue(task.cpu_ns > before[task], "task " .. task.id .. " is lost" .. elsewhere)
  end
end

-- Under rr first, so that there is a policy to stay, or tasks to be taken over.
local function play(path, options)
  local reports = {}
  local rt <close> = assert(neap.runtime {
    clock = "virtual", policy = "rr", cpus = options.cpus or 1, quantum = options.quantum })
  rt:on("error", function(report) reports[#reports + 1] = report end)
  local live = {}
  for i = 1, TASKS do live[i] = rt:task { name = "t" .. i } end
  rt:run(3 * rt.quantum)
  local ok, message = rt:set_policy(path)
  local verdict = "OK"
  if not ok then
    check_text(message)
    luaunit.assertEquals({ rt.policy, #reports }, { "round_robin", 0 })
    verdict = verdict_of_load(message)
  end
  stir(rt, live)
  local lines = check_reports(reports)
  luaunit.assertTrue(lines <= 101 * (rt:now() / neap.s + 2), lines .. " lines of log")
  for _, report in ipairs(reports) do
    if verdict == "OK" and report.kind ~= "log" then
      verdict, message = verdict_of(report), report.message
    end
  end
  if verdict == "TIMEOUT" then luaunit.assertEquals({ rt.policy }, { "fair" }) end
  if rt:stats().ejections > 0 then luaunit.assertEquals(rt.policy, "fair") end
  check_tasks(rt, live, " after " .. verdict)
  return verdict, message, reports
end

-- Writes the text into a policy file for the time of fn(path).
function hostile.with_file(text, fn)
  local name = os.tmpname()
  local path = name .. ".lua"
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(text))
  file:close()
  local ok, message = pcall(fn, path)
  os.remove(path)
  os.remove(name)
  if not ok then error(message, 0) end
end

-- Runs a policy of this text. Returns the verdict, the first message, all reports and the seconds
-- of CPU time that it took, which are few.
function hostile.run(text, options)
  local verdict, message, reports
  local from = os.clock()
  hostile.with_file(text, function(path)
    verdict, message, reports = play(path, options or { quantum = neap.s })
  end)
  collectgarbage()
  local took = os.clock() - from
  luaunit.assertTrue(took < MOST_SECONDS, ("took %.2f s: %s"):format(took, message))
  return verdict, message, reports, took
end

return hostile
