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

local function ours_with(path)
  return ("%s run -j2 -f %s --stats %s"):format(kit.NEAP, path, stats)
end

local function read(path, ...)
  local file <close> = io.open(path:format(...))
  return file and file:read("a") or ""
end

local function children_of(pid)
  return read("/proc/%s/task/%s/children", pid, pid):gmatch("%d+")
end

local function memory_of(pid)
  return tonumber(read("/proc/%s/status", pid):match("VmHWM:%s*(%d+)")) or 0
end

-- The guard is the child of its keeper; what a guard has forked and is no program yet is not ours.
local function memory_of_guard(runtime)
  local sum = 0
  for keeper in children_of(runtime) do
    sum = sum + memory_of(keeper)
    for guard in children_of(keeper) do
      if read("/proc/%s/comm", guard):find("^neap%-guard") then sum = sum + memory_of(guard) end
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
    local runtime = children_of(pid)()
    guard = math.max(guard, runtime and memory_of_guard(runtime) or 0)
    os.execute("sleep 0.05")
  end
  return tonumber(read(script):match("%d+ (%d+)")), guard
end

write(lines, ("/bin/true\n"):rep(JOBS))
write(vectors .. ".lua", ("local l = {} for i = 1, %d do l[i] = { '/bin/true' } end return l")
  :format(JOBS))
local ours, theirs, our_lines, their_lines = {}, {}, {}, {}
for i = 1, ROUNDS do
  theirs[i] = time(("seq %d | xargs -P2 -n1 /bin/true"):format(JOBS))
  ours[i] = time(ours_with(vectors .. ".lua"))
  their_lines[i] = time(("yes /bin/true | head -%d | xargs -P2 -I{} sh -c {}"):format(JOBS))
  our_lines[i] = time(ours_with(lines))
end
local runtime, guard = peak_memory(ours_with(vectors .. ".lua"))

local function compare(name, mine, peer, wanted)
  local ratios = {}
  for i = 1, ROUNDS do ratios[i] = mine[i] / peer[i] end
  kit.line(name, "%.2f s, xargs %.2f s: ratio %.2f (wanted: at most %.2f)", kit.median(mine),
    kit.median(peer), kit.median(ratios), wanted)
end
compare(JOBS .. " x /bin/true, argument vectors, 2 cpus", ours, theirs, 1.15)
compare(JOBS .. " x /bin/true, shell lines, 2 cpus", our_lines, their_lines, 1)
kit.line("peak memory of runtime and guard", "%.1f and %.1f MB (wanted: together at most 8)",
  runtime / 1024, guard / 1024)
for _, path in ipairs { lines, vectors, vectors .. ".lua", stats, script } do
  os.remove(path)
end
