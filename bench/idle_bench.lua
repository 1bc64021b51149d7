-- idle_bench.lua - what it costs to have two tasks that sleep: 40 s of neap, s6 and task-spooler.
--
-- All wait in the same 40 s, which disturbs none of them. Wake-ups are what the kernel calls
-- voluntary switches, of all processes that each has besides its tasks.
local kit = require "kit"

local SETTLED, SECONDS = 2, 40

-- Starts a command; returns its pid.
local function start(command)
  return kit.output(("exec 3>&1; { exec %s; } >/dev/null 2>&1 </dev/null 3>&- & echo $! >&3")
    :format(command)):match("%d+")
end

local function comm(pid) return kit.read(("/proc/%s/comm"):format(pid)):match("[^\n]*") end

-- A process and all below it but those named `sleep`.
local function family(pid, list)
  list = list or {}
  if comm(pid) ~= "sleep" then list[#list + 1] = pid end
  for child in kit.read(("/proc/%s/task/%s/children"):format(pid, pid)):gmatch("%d+") do
    family(child, list)
  end
  return list
end

-- Those that have this in their environment, but for `sleep`.
local function with(variable)
  local list = {}
  for pid in kit.output("ls /proc"):gmatch("%f[^\0\n]%d+%f[\n]") do
    local environment = kit.read(("/proc/%s/environ"):format(pid))
    if environment:find(variable, 1, true) and comm(pid) ~= "sleep" then list[#list + 1] = pid end
  end
  return list
end

-- Wake-ups so far, and ns of CPU time.
local function cost(pids)
  local wakes, ns = 0, 0
  for _, pid in ipairs(pids) do
    wakes = wakes + (tonumber(kit.read(("/proc/%s/status"):format(pid))
      :match("\nvoluntary_ctxt_switches:%s*(%d+)")) or 0)
    ns = ns + (tonumber(kit.read(("/proc/%s/schedstat"):format(pid)):match("%d+")) or 0)
  end
  return { wakes = wakes, ns = ns }
end

local started = {}

local function start_neap()
  local pid = start(("%s run -j2 -f %s"):format(kit.NEAP, kit.file("sleep 1000\nsleep 1000\n")))
  return { end_it = "kill " .. pid, pids = function() return family(pid) end }
end

local function start_s6()
  local folder = kit.output("mktemp -d"):match("%S+")
  for _, name in ipairs { "one", "two" } do
    os.execute(("cd %s && mkdir %s && printf '#!/bin/sh\\nexec sleep 1000\\n' >%s/run && "
      .. "chmod +x %s/run"):format(folder, name, name, name))
  end
  local pid = start("s6-svscan " .. folder)
  return { end_it = ("s6-svscanctl -t %s; sleep 1; rm -r %s"):format(folder, folder),
    pids = function() return family(pid) end }
end

local function start_tsp()
  local socket = "TS_SOCKET=" .. kit.file() .. ".sock"
  for _ = 1, 2 do os.execute(("%s tsp -n sleep 1000 >/dev/null"):format(socket)) end
  os.execute(socket .. " tsp -S 2")
  return { end_it = ("%s tsp -k; %s tsp -k; %s tsp -K"):format(socket, socket, socket),
    pids = function() return with(socket) end }
end

return {
  rounds = 1,
  peers = { "s6-svscan", "tsp" },
  round = function(row)
    started.neap = start_neap()
    started.s6 = kit.has "s6-svscan" and start_s6() or nil
    started.tsp = kit.has "tsp" and start_tsp() or nil
    os.execute("sleep " .. SETTLED)
    local before, after, pids = {}, {}, {}
    for name, it in pairs(started) do
      pids[name] = it.pids()
      before[name] = cost(pids[name])
    end
    os.execute("sleep " .. SECONDS)
    for name in pairs(started) do after[name] = cost(pids[name]) end
    local function rate(name) return (after[name].wakes - before[name].wakes) / SECONDS end
    local function ms(name) return (after[name].ns - before[name].ns) / 1e6 end
    for _, of in ipairs { "s6", "tsp" } do
      local peer = started[of] and of
      row { "wake-ups a second", ours = rate "neap", of = of, peer = peer and rate(peer), most = 2 }
      row { ("CPU in %d s"):format(SECONDS), unit = "ms", ours = ms "neap", of = of,
        peer = peer and ms(peer) }
      row { "processes beside the two tasks", ours = #pids.neap, of = of,
        peer = peer and #pids[peer] }
    end
  end,
  finish = function()
    for _, it in pairs(started) do os.execute("{ " .. it.end_it .. "; } >/dev/null 2>&1") end
  end,
}
