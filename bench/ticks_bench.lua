-- ticks_bench.lua - how many ticks neap misses on a machine that is full of other work.
--
-- Four busy loops run outside, in a session of their own as other people's work does (under
-- autogroup, what runs in our own session shares one turn with us); four tasks of ours take turns
-- on two cpus. A tick is missed when it comes together with a later one: a whole quantum late.
local kit = require "kit"

local SECONDS, TASKS, OUTSIDE = 3, 4, 4

-- Starts the loops outside; returns what ends them.
local function load_machine()
  local pids = kit.output(("setsid sh -c 'for i in $(seq %d); do timeout -s KILL 120 sh -c \"%s\" "
    .. ">/dev/null 2>&1 </dev/null & echo $!; done'"):format(OUTSIDE, kit.LOOP))
  return function() os.execute("kill " .. pids:gsub("\n", " ")) end
end

local unload = nil

return {
  rounds = 3,
  round = function(row)
    unload = unload or load_machine()
    for _, how in ipairs { "10ms", "10ms --rt", "1ms", "1ms --rt" } do
      local run = kit.neap(("-j2 --for %ds -q %s"):format(SECONDS, how), kit.loops(TASKS))
      row { "ticks missed, full machine, " .. how, unit = "%", most = 1,
        ours = 100 * run.missed_ticks / math.max(run.ticks, 1) }
    end
  end,
  finish = function() if unload then unload() end end,
}
