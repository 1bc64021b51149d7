-- dispatch_bench.lua - how fast short jobs go through neap, beside xargs in the same run.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local ROUNDS, JOBS = 5, 2000

local lines, vectors, stats, script = os.tmpname(), os.tmpname(), os.tmpname(), os.tmpname()

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

-- Seconds of wall time that a shell command takes.
local function time(command)
  write(script, ("TIMEFORMAT=%%R; exec 3>&1; { time { %s; } >/dev/null 2>/dev/null; } 2>&3\n")
    :format(command))
  return tonumber(kit.output("bash " .. script))
end

local function neap(path)
  return ("%s run -j2 -f %s --stats %s"):format(kit.NEAP, path, stats)
end

local function read(path, ...)
  local file <close> = io.open(path:format(...))
  return file and file:read("a") or ""
end

-- The most that each process below this one of ours had in memory, in kB; 0: it is gone.
local function memory_below(pid)
  local sum = 0
  for child in read("/proc/%s/task/%s/children", pid, pid):gmatch("%d+") do
    if read("/proc/%s/comm", child):find("^neap") then
      local most = read("/proc/%s/status", child):match("VmHWM:%s*(%d+)")
      sum = sum + (tonumber(most) or 0) + memory_below(child)
    end
  end
  return sum
end

-- Of the runtime the kernel keeps the peak, of the guard we take the largest that we see, in kB.
local function peak_memory(command)
  local pid = kit.output(("exec 3>&1; %s %s %s >/dev/null 2>&1 3>&- & echo $! >&3"):format(
    kit.test_program("spent"), script, command)):match("%d+")
  local guard = 0
  while read("/proc/%s/comm", pid) ~= "" do
    local neap = read("/proc/%s/task/%s/children", pid, pid):match("%d+")
    guard = math.max(guard, neap and memory_below(neap) or 0)
    os.execute("sleep 0.05")
  end
  return tonumber(read(script):match("%d+ (%d+)")), guard
end

write(lines, ("true\n"):rep(JOBS))
write(vectors .. ".lua", ("local l = {} for i = 1, %d do l[i] = { '/bin/true' } end return l")
  :format(JOBS))
local ours, theirs, our_lines, their_lines = {}, {}, {}, {}
for i = 1, ROUNDS do
  theirs[i] = time(("seq %d | xargs -P2 -n1 /bin/true"):format(JOBS))
  ours[i] = time(neap(vectors .. ".lua"))
  their_lines[i] = time(("yes true | head -%d | xargs -P2 -I{} sh -c {}"):format(JOBS))
  our_lines[i] = time(neap(lines))
end
local runtime, guard = peak_memory(neap(vectors .. ".lua"))

local function compare(name, mine, peer, wanted)
  local ratios = {}
  for i = 1, ROUNDS do ratios[i] = mine[i] / peer[i] end
  kit.line(name, "%.2f s, xargs %.2f s: ratio %.2f (wanted: at most %.2f)", kit.median(mine),
    kit.median(peer), kit.median(ratios), wanted)
end
compare(JOBS .. " x /bin/true, argument vectors, 2 cpus", ours, theirs, 1.15)
compare(JOBS .. " x true, shell lines, 2 cpus", our_lines, their_lines, 1)
kit.line("peak memory of runtime and guard", "%.1f and %.1f MB (wanted: together at most 8)",
  runtime / 1024, guard / 1024)
for _, path in ipairs { lines, vectors, vectors .. ".lua", stats, script } do
  os.remove(path)
end
