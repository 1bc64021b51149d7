-- steady_bench.lua - which system calls a quantum costs when nothing happens but turns.
--
-- Ten busy tasks, 10 ms each, on one cpu; strace watches neap alone for some seconds, and neither
-- its guard (which sleeps) nor its tasks. docs/COST.md says what each call is for.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local TASKS, SECONDS = 10, 3

if not os.execute("command -v strace >/dev/null") then
  kit.line("system calls a quantum", "skipped: strace is not installed")
  os.exit(0)
end
local jobs, trace = os.tmpname(), os.tmpname()
local file = assert(io.open(jobs, "w"))
file:write((kit.LOOP .. "\n"):rep(TASKS))
file:close()
kit.output(([[
  %s run -p rr -j1 --for %ds -f %s >/dev/null 2>&1 & pid=$!
  sleep 1.5
  timeout -s INT %d strace -o %s -e trace=all -p $pid 2>/dev/null
  wait $pid]]):format(kit.NEAP, SECONDS + 3, jobs, SECONDS, trace))

local counts, quanta, all = {}, 0, 0
for line in io.lines(trace) do
  local call = line:match("^([%w_]+)%(")
  if call == "kill" or call == "pidfd_send_signal" then
    call = call .. " " .. (line:match("SIG%u+") or "?")
  end
  if call then
    counts[call] = (counts[call] or 0) + 1
    all = all + 1
  end
  if call and line:find("SIGCONT", 1, true) then quanta = quanta + 1 end
end
os.remove(jobs)
os.remove(trace)
local names = {}
for name in pairs(counts) do names[#names + 1] = name end
table.sort(names, function(a, b) return counts[a] > counts[b] end)
kit.line(("system calls a quantum, %d tasks, one cpu"):format(TASKS), "%.2f over %d quanta",
  all / quanta, quanta)
for _, name in ipairs(names) do
  if counts[name] / quanta >= 0.005 then
    kit.line("  " .. name, "%.2f", counts[name] / quanta)
  end
end
