-- escape_run.lua - one escape artist beside a busy loop on one cpu: neap escape_run.lua ACTUATOR
-- PROGRAM MODE LEDGER
--
-- Prints who counted while the task was held, and who did after it was released; then ends it and
-- prints who of it lives on, and what was charged.
local ledger = require "ledger"
local neap = require "neap"

local SETTLE, LOOK = 300 * neap.ms, 300 * neap.ms
local actuator, program, mode, path = table.unpack(arg)

local options = { policy = "rr", cpus = 1, grace = "300ms", on_death = "end" }
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

assert(rt:run(700 * neap.ms))
assert(task:pause())
assert(rt:run(SETTLE))
print("held", progress(LOOK))
assert(task:resume())
print("released", progress(LOOK + SETTLE))
over = true
task:kill()
rt:finish("grace")
assert(rt:run())
local left = {}
for i, member in ipairs(ledger.living(path)) do left[i] = member.role end
print("left", table.concat(left, " "))
