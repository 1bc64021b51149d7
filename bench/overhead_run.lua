-- overhead_run.lua - the neap side of overhead_bench.lua: neap overhead_run.lua TASKS SECONDS
--
-- Prints three numbers: neap's own CPU time (guard included) for a steady stretch of the run in
-- ns, the quanta in it, and what the start and the end of the tasks cost beside it in ns.
local neap = require "neap"

local TASKS, SECONDS = tonumber(arg[1]), tonumber(arg[2])

local rt <close> = assert(neap.runtime { policy = "rr", cpus = 1, quantum = "10ms" })
for _ = 1, TASKS do assert(rt:spawn { "sh", "-c", "while :; do :; done" }) end

assert(rt:run(400 * neap.ms)) -- until all have started and had a turn
local before = rt:stats()
assert(rt:run(SECONDS * neap.s))
local after = rt:stats()
rt:finish("grace")
assert(rt:run())

local steady = after.neap_cpu_ns - before.neap_cpu_ns
print(steady, after.decisions - before.decisions, rt:stats().neap_cpu_ns - steady)
