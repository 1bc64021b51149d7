-- ticks_bench.lua - how many ticks neap misses on a machine that is full of other work.
--
-- Four busy loops run outside, in a session of their own as other people's work does (under
-- autogroup, what runs in our own session shares one turn with us); four tasks of ours take turns
-- on two cpus. A tick is missed when it comes together with a later one: a whole quantum late.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local ROUNDS, SECONDS, TASKS, OUTSIDE = 3, 4, 4, 4

-- Starts the loops outside; returns what ends them.
local function load_machine()
  local path = os.tmpname()
  os.execute(("setsid sh -c 'for i in $(seq %d); do timeout -s KILL 120 sh -c \"%s\" "
    .. ">/dev/null 2>&1 </dev/null & echo $!; done' >%s"):format(OUTSIDE, kit.LOOP, path))
  local pids = {}
  for pid in io.lines(path) do pids[#pids + 1] = pid end
  os.remove(path)
  return function() os.execute("kill " .. table.concat(pids, " ")) end
end

-- In per cent of the ticks.
local function missed(options)
  local list = {}
  for i = 1, ROUNDS do
    local run = kit.neap(("%s --for %ds"):format(options, SECONDS), kit.loops(TASKS))
    list[i] = 100 * run.missed_ticks / math.max(run.ticks, 1)
  end
  return kit.median(list), math.max(table.unpack(list))
end

local unload = load_machine()
for _, quantum in ipairs { "10ms", "1ms" } do
  for _, rt in ipairs { "", " --rt" } do
    kit.line(("ticks missed, full machine, %s%s"):format(quantum, rt),
      "%.2f %%, most %.2f %% (wanted: 1 %%)", missed(("-j2 -q %s%s"):format(quantum, rt)))
  end
end
unload()
