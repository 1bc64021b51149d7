-- cap_bench.lua - how exactly a cap on the CPU time of a program holds, its children included.
--
-- What it used is what the program itself says at its end, children that it has reaped included.
local kit = require "kit"

local SECONDS = 4
local KINDS = {
  { "loop", "a loop" }, { "family", "a parent and three loops" }, { "storm", "a fork storm" },
}
local CAPS = { 10, 25, 50 } -- % of one CPU

-- In a cgroup of ours; nil where there is none to be had. v1 counts in microseconds as v2 does.
local function kernel_group()
  local folder = ("/sys/fs/cgroup/cpu/neap-bench-%s"):format(kit.read "/proc/self/stat":match "%d+")
  local v1 = os.execute(("mkdir %s 2>/dev/null && test -w %s/cpu.cfs_quota_us"):format(folder,
    folder))
  if v1 then return folder, "echo %d000 >%s/cpu.cfs_quota_us" end
  folder = folder:gsub("/cpu/", "/")
  local v2 = os.execute(("mkdir %s 2>/dev/null && test -w %s/cpu.max"):format(folder, folder))
  if v2 then return folder, "echo %d000 100000 >%s/cpu.max" end
end

local group, set_quota

-- % of a CPU that the program got, started by `command`; nil: it did not come to its end.
local function got(command, kind)
  local text, well = kit.output(("%s %s %s %d"):format(command, kit.path "burn_run", kind, SECONDS))
  local used, wall = text:match("(%d+) (%d+)")
  if not well then
    print(("%s: has died, %s %s"):format(command:match("%S+"), kind, used and "had ended" or
      "with it"))
  end
  return used and 100 * used / wall
end

local function in_group(cap)
  assert(os.execute(set_quota:format(cap, group)))
  return ("sh -c 'echo $$ >%s/cgroup.procs; exec \"$@\"' sh"):format(group)
end

return {
  rounds = 2,
  peers = { "cpulimit" },
  round = function(row, i)
    if i == 1 then group, set_quota = kernel_group() end
    for _, cap in ipairs(CAPS) do
      for _, kind in ipairs(KINDS) do
        local ours = got(("%s run -p cap -s quota=%dms -s period=100ms --quiet --"):format(kit.NEAP,
          cap), kind[1])
        local function beside(of, peer)
          row { ("cap of %d %%, %s"):format(cap, kind[2]), unit = "% of a CPU", ours = ours,
            least = cap - 1, most = cap + 1, of = of, peer = peer }
        end
        if kit.has "cpulimit" then
          beside("cpulimit", got(("cpulimit -l %d -m -f -q --"):format(cap), kind[1]))
        end
        if group then beside("kernel", got(in_group(cap), kind[1])) end
        if not group and not kit.has "cpulimit" then beside() end
      end
    end
  end,
  finish = function() if group then os.execute("rmdir " .. group) end end,
}
