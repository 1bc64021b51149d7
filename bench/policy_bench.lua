-- policy_bench.lua - what a policy in Lua costs a decision: 100 virtual tasks, beside C in turns.
local kit = require "kit"

-- The text of a policy file, but for the first; `more` ns than C are wanted, or `most` in all.
local POLICIES = {
  { "an empty table upon fair", 'base = "fair"' },
  { "one hook in Lua (slice)", 'base = "fair"', "function p:slice() return self.turn end",
    more = 100 },
  { "key", "key = function(_, task) return task.cpu_ns end", more = 250 },
  { "neap.heap", "", [[
    function p:init() self.queue = require "neap".heap() end
    function p:enqueue(task) self.queue:push(task, task.cpu_ns) end
    function p:dequeue(task) self.queue:remove(task) end
    function p:pick(cpu) return (self.queue:pop(cpu)) end]], more = 400 },
  { "every hook of a turn", 'base = "fair"', [[
    function p:enqueue(task, why) self.base:enqueue(task, why) end
    function p:dequeue(task, why) self.base:dequeue(task, why) end
    function p:pick(cpu) return self.base:pick(cpu) end
    function p:slice(task) return self.base:slice(task) end
    function p:running(task, cpu) self.base:running(task, cpu) end
    function p:stopping(task, ran, why) self.base:stopping(task, ran, why) end
    function p:tick(task, ran) return self.base:tick(task, ran) end]], more = 800 },
}

local function text(entry)
  return ('local p = require "neap".policy { name = "p", turn = 10000000, %s }\n%s\nreturn p')
    :format(entry[2], entry[3] or "")
end

return {
  rounds = 5,
  round = function(row)
    local fair = kit.script("policy_run.lua", "fair")[1]
    row { "a decision of 100 tasks: fair, in C", unit = "ns", ours = fair }
    for _, entry in ipairs(POLICIES) do
      local ns = kit.script("policy_run.lua", kit.file(text(entry), ".lua"))[1]
      row { entry[1] .. ": more than fair", unit = "ns", ours = ns - fair, most = entry.more }
    end
  end,
}
