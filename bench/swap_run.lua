-- swap_run.lua - ten busy tasks under a policy that is reloaded SWAPS times: swap_run.lua SWAPS
--
-- Prints ns between two switches, median and longest; ticks missed, ticks; ns a reload.
local neap = require "neap"

local SWAPS, EVERY = math.tointeger(arg[1]), 13 * neap.ms
local SECONDS = 15
local path = os.tmpname() .. ".lua"
local file <close> = assert(io.open(path, "w"))
file:write [[
local p = require "neap".policy { name = "kept", base = "rr" }
function p:init() self.turns = {} end
function p:running(task, cpu)
  self.base:running(task, cpu)
  self.turns[task.id] = (self.turns[task.id] or 0) + 1
end
function p:save() return self.turns end
function p:restore(turns) self.turns = turns end
return p]]
file:close()

local rt <close> = assert(neap.runtime { policy = path, cpus = 1, quantum = "10ms" })
for i = 1, 10 do assert(rt:spawn { "sh", "-c", "while :; do :; done", name = "loop" .. i }) end
assert(rt:run(neap.s))

local gaps, last = {}, nil
rt:on("switch", function()
  local now = rt:now()
  if last then gaps[#gaps + 1] = now - last end
  last = now
end)
local swaps, spent = 0, 0
if SWAPS > 0 then
  rt:every(EVERY, function()
    if swaps == SWAPS then return end
    local before = os.clock()
    assert(rt:reload())
    spent = spent + os.clock() - before
    swaps = swaps + 1
  end)
end
local before = rt:stats()
assert(rt:run(SECONDS * neap.s))
local after = rt:stats()
assert(swaps == SWAPS, ("%d of %d reloads"):format(swaps, SWAPS))
assert(after.failures == 0 and after.ejections == 0)
os.remove(path)
table.sort(gaps)
print(gaps[#gaps // 2], gaps[#gaps], after.missed_ticks - before.missed_ticks,
  after.ticks - before.ticks, swaps > 0 and math.floor(spent * 1e9 / swaps) or 0)
rt:finish("now")
assert(rt:run())
