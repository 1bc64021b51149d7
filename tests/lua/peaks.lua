-- peaks.lua - the most memory that each program of a run of neap has had; it is to be bounded.
local luaunit = require "luaunit"
local shell = require "shell"

local peaks = {}

local MOST_KB = 8 * 1024 -- of each process
local PROGRAMS = { guard = "neap-guard", collector = "neap-output", neap = "/neap run" }

local function peak_of(pid)
  local status = shell.read(("/proc/%d/status"):format(pid)) or ""
  return tonumber(status:match("VmHWM:%s*(%d+)"))
end

-- Follows a run to its end. By name: what is the most that each has had?
function peaks.watch(run)
  local pids, most = {}, {}
  while shell.process(run.pid) do
    for name, text in pairs(PROGRAMS) do
      local process = not pids[name] and run:find(text)
      pids[name] = process and process.pid or pids[name]
    end
    for name, pid in pairs(pids) do most[name] = peak_of(pid) or most[name] end
    os.execute("sleep 0.05")
  end
  return most
end

-- Prints what these (names) have had; fails when that is too much, or unknown.
function peaks.check(what, most, names)
  for _, name in ipairs(names) do
    luaunit.assertNotNil(most[name], name)
    print(("%s: peak of the %s: %d KB"):format(what, name, most[name]))
    luaunit.assertTrue(most[name] < MOST_KB, name)
  end
end

return peaks
