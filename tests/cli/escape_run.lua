-- escape_run.lua - one escape artist beside a busy loop on one cpu: neap escape_run.lua ACTUATOR
-- WITHOUT PROGRAM MODE LEDGER
--
-- WITHOUT: "", "cgroup", "cgroup perf".
-- Prints who counted while the task was held, and who did after it was released; then ends it and
-- prints who of it lives on, and what was charged.
local ledger = require "ledger"
local neap = require "neap"

local SETTLE, LOOK = 150 * neap.ms, 250 * neap.ms
local actuator, without, program, mode, path = table.unpack(arg)

local options = { policy = "rr", cpus = 1, grace = "300ms", on_death = "end", without = {} }
for what in without:gmatch("%a+") do table.insert(options.without, what) end
if actuator ~= "stop" then options.actuator = actuator end
local rt <close> = assert(neap.runtime(options))
local task = assert(rt:spawn { program, path, mode })
assert(rt:spawn { "sh", "-c", "while :; do :; done" })

local over = false
rt:on("exit", function(t, how, code)
  if t == task and not over then io.stderr:write("ended too early: ", how, " ", code, "\n") end
end)

local function progress(time)
  local before = ledger.counts(path)
  assert(rt:run(time))
  return table.concat(ledger.progress(before, ledger.counts(path)), " ")
end

assert(rt:run(400 * neap.ms))
assert(task:pause())
assert(rt:run(SETTLE))
print("held", progress(LOOK))
assert(task:resume())
print("released", progress(300 * neap.ms))
over = true
task:kill()
rt:finish("grace")
assert(rt:run())
local left = {}
for i, member in ipairs(ledger.living(path)) do left[i] = member.role end
print("left", table.concat(left, " "))
