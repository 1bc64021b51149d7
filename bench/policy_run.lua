-- policy_run.lua - ns a decision of 100 virtual tasks on one cpu: neap policy_run.lua POLICY
local neap = require "neap"

local rt <close> = assert(neap.runtime { clock = "virtual", cpus = 1, policy = arg[1] })
for _ = 1, 100 do rt:task {} end
assert(rt:run(10 * neap.s))
local before, began = rt:stats().decisions, os.clock()
assert(rt:run(2000 * neap.s))
print(math.floor((os.clock() - began) * 1e9 / (rt:stats().decisions - before)))
assert(rt:stats().failures == 0 and rt:stats().ejections == 0)
