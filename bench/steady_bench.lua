-- steady_bench.lua - which system calls a quantum costs when nothing happens but turns.
--
-- Ten busy tasks, 10 ms each, on one cpu; strace watches neap alone for some seconds, and neither
-- its guard (which sleeps) nor its tasks. docs/COST.md says what each call is for.
local kit = require "kit"

local TASKS, SECONDS = 10, 3

local function trace_of()
  local trace = kit.file()
  kit.output(([[
    %s run -p rr -j1 --for %ds -f %s >/dev/null 2>&1 & pid=$!
    sleep 1.5
    timeout -s INT %d strace -o %s -e trace=all -p $pid 2>/dev/null
    wait $pid]]):format(kit.NEAP, SECONDS + 3, kit.file((kit.LOOP .. "\n"):rep(TASKS)), SECONDS,
    trace))
  return trace
end

-- How often each call was made, and how many quanta went by.
local function count(trace)
  local counts, quanta = {}, 0
  for line in io.lines(trace) do
    local call = line:match("^([%w_]+)%(")
    if call == "kill" or call == "pidfd_send_signal" then
      call = call .. " " .. (line:match("SIG%u+") or "?")
    end
    if call then counts[call] = (counts[call] or 0) + 1 end
    if call and line:find("SIGCONT", 1, true) then quanta = quanta + 1 end
  end
  return counts, quanta
end

return {
  rounds = 1,
  peers = { "strace" },
  round = function(row)
    if not kit.has "strace" then return end
    local counts, quanta = count(trace_of())
    local names, all = {}, 0
    for name, n in pairs(counts) do
      names[#names + 1] = name
      all = all + n
    end
    table.sort(names, function(a, b) return counts[a] > counts[b] end)
    row { ("system calls a quantum, %d tasks, one cpu"):format(TASKS), ours = all / quanta }
    for _, name in ipairs(names) do
      if counts[name] / quanta >= 0.005 then
        row { "of these, " .. name, ours = counts[name] / quanta }
      end
    end
  end,
}
