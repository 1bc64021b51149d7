-- dispatch_bench.lua - how fast short jobs go through neap, and through others, on two cpus.
local kit = require "kit"

local JOBS = 2000

local VECTORS = ("local l = {} for i = 1, %d do l[i] = { '/bin/true' } end return l"):format(JOBS)

local function neap_with(path)
  return ("%s run -j2 -f %s --stats %s"):format(kit.NEAP, path, kit.file())
end

local function makefile()
  return ("all: $(shell seq %d)\n%%: ; @/bin/true\n.PHONY: all\n"):format(JOBS)
end

-- Its server is one of its own, with a socket in our folder, and is ended by itself.
local function tsp()
  return ([[export TS_SOCKET=%s TS_MAXFINISHED=10; tsp -S 2
    for i in $(seq %d); do tsp -n /bin/true; done; tsp -w; tsp -K]]):format(kit.file() .. ".sock",
    JOBS)
end

local PEERS = {
  { "xargs", function() return ("seq %d | xargs -P2 -n1 /bin/true"):format(JOBS) end, ratio = 1 },
  { "make", function() return ("make -s -j2 -f %s all"):format(kit.file(makefile())) end },
  { "parallel", function()
    return ("seq %d | parallel --will-cite -j2 -n0 /bin/true"):format(JOBS)
  end },
  { "tsp", tsp },
}

local function children_of(pid)
  return kit.read(("/proc/%s/task/%s/children"):format(pid, pid)):gmatch("%d+")
end

local function memory_of(pid)
  return tonumber(kit.read(("/proc/%s/status"):format(pid)):match("VmHWM:%s*(%d+)")) or 0
end

-- The guard is the child of its keeper; what a guard has forked and is no program yet is not ours.
local function memory_of_guard(runtime)
  local sum = 0
  for keeper in children_of(runtime) do
    sum = sum + memory_of(keeper)
    for guard in children_of(keeper) do
      if kit.read(("/proc/%s/comm"):format(guard)):find("^neap%-guard") then
        sum = sum + memory_of(guard)
      end
    end
  end
  return sum
end

-- Of the runtime the kernel keeps the peak, of the guard we take the largest that we see, in kB.
local function peak_memory(command)
  local spent, guard = kit.file(), 0
  local pid = kit.output(("exec 3>&1; %s %s %s >/dev/null 2>&1 3>&- & echo $! >&3"):format(
    kit.test_program("spent"), spent, command)):match("%d+")
  while kit.read(("/proc/%s/comm"):format(pid)) ~= "" do
    local runtime = children_of(pid)()
    guard = math.max(guard, runtime and memory_of_guard(runtime) or 0)
    os.execute("sleep 0.05")
  end
  return tonumber(kit.read(spent):match("%d+ (%d+)")) + guard
end

return {
  rounds = 3,
  peers = { "xargs", "make", "parallel", "tsp" },
  round = function(row, i)
    local vectors = kit.file(VECTORS, ".lua")
    local ours = kit.time(neap_with(vectors))
    local function beside(of, peer, ratio)
      row { JOBS .. " x /bin/true", unit = "s", ours = ours, peer = peer, of = of, ratio = ratio }
    end
    beside("posix_spawn, nothing else", kit.program("spawn_run", JOBS, 2)[1], 1.1)
    for _, peer in ipairs(PEERS) do
      if kit.has(peer[1]) then beside(peer[1], kit.time(peer[2]()), peer.ratio) end
    end
    local shell = "yes /bin/true | head -%d | xargs -P2 -I{} sh -c {}"
    row { JOBS .. " x /bin/true, shell lines", unit = "s", of = "xargs sh -c", ratio = 1,
      ours = kit.time(neap_with(kit.file(("/bin/true\n"):rep(JOBS)))),
      peer = kit.time(shell:format(JOBS)) }
    if i == 1 then
      row { "peak memory of runtime and guard", unit = "MB", most = 8,
        ours = peak_memory(neap_with(vectors)) / 1024 }
    end
  end,
}
