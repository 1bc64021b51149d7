-- policy_bench.lua - what a policy in Lua costs a decision: 100 virtual tasks, beside C in turns.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local ROUNDS = 5

-- Each is the text of a policy file, but for the first.
local POLICIES = {
  { "fair, in C", nil },
  { "an empty table upon fair", 'base = "fair"' },
  { "one hook in Lua (slice)", 'base = "fair"', "function p:slice() return self.turn end" },
  { "key", "key = function(_, task) return task.cpu_ns end" },
  { "neap.heap", "", [[
    function p:init() self.queue = require "neap".heap() end
    function p:enqueue(task) self.queue:push(task, task.cpu_ns) end
    function p:dequeue(task) self.queue:remove(task) end
    function p:pick(cpu) return (self.queue:pop(cpu)) end]] },
  { "every hook of a turn", 'base = "fair"', [[
    function p:enqueue(task, why) self.base:enqueue(task, why) end
    function p:dequeue(task, why) self.base:dequeue(task, why) end
    function p:pick(cpu) return self.base:pick(cpu) end
    function p:slice(task) return self.base:slice(task) end
    function p:running(task, cpu) self.base:running(task, cpu) end
    function p:stopping(task, ran, why) self.base:stopping(task, ran, why) end
    function p:tick(task, ran) return self.base:tick(task, ran) end]] },
}
local WANTED = { [3] = 100, [4] = 250, [6] = 800 } -- ns more than C; the heap: 400 in all

local function write(entry)
  local path = os.tmpname() .. ".lua"
  local file <close> = assert(io.open(path, "w"))
  file:write(('local p = require "neap".policy { name = "p", turn = 10000000, %s }\n%s\nreturn p')
    :format(entry[2], entry[3] or ""))
  return path
end

local times, paths = {}, {}
for i, entry in ipairs(POLICIES) do
  paths[i] = entry[2] and write(entry) or "fair"
  times[i] = {}
end
for round = 1, ROUNDS do
  for i = 1, #POLICIES do times[i][round] = kit.script("policy_run.lua", paths[i])[1] end
end
local bare = kit.median(times[1])
for i, entry in ipairs(POLICIES) do
  local ns = kit.median(times[i])
  kit.line(entry[1], "%.0f ns a decision%s", ns, i == 1 and ""
    or (", %+.0f%s"):format(ns - bare, WANTED[i] and (" (wanted: at most %+d)"):format(WANTED[i])
    or i == 5 and " (wanted: at most 400 in all)" or ""))
  if i > 1 then os.remove(paths[i]) end
end
