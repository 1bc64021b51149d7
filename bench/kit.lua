-- kit.lua - what the benchmarks share: they start neap and its peers, and read what these print.
--
-- bench/run.lua says what a benchmark is.
local cjson = require "cjson"

local kit = {}

local NEAP = os.getenv "NEAP" or "build-release/neap"
local BENCH = os.getenv "BENCH" or "build-release/bench"

kit.NEAP = NEAP

kit.LOOP = "while :; do :; done"

-- Runs a command; returns what it prints.
function kit.output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  return text, pipe:close()
end

-- All the numbers that a command prints; it must not fail.
function kit.numbers(command)
  local text, well = kit.output(command)
  assert(well, command)
  local list = {}
  for word in text:gmatch("%S+") do list[#list + 1] = tonumber(word) end
  return list
end

-- The path of a program of bench/; of tests/programs.
function kit.path(name) return BENCH .. "/" .. name end
function kit.test_program(name) return BENCH .. "/../tests/programs/" .. name end

-- Runs a program of bench/ with these arguments; returns the numbers that it prints.
function kit.program(name, ...)
  return kit.numbers(table.concat({ kit.path(name), ... }, " "))
end

-- Runs a script of bench/ in neap; returns the numbers that it prints.
function kit.script(name, ...)
  return kit.numbers(table.concat({ NEAP, "bench/" .. name, ... }, " "))
end

-- Seconds of wall time that a shell command takes; what it prints is lost.
function kit.time(command)
  local script = kit.file(("TIMEFORMAT=%%R; exec 3>&1\n{ time { %s; } >/dev/null 2>&1; } 2>&3\n")
    :format(command), ".sh")
  return kit.numbers("bash " .. script)[1]
end

-- Files of a benchmark, in a folder that goes when it ends.

local folder, files = nil, 0

-- Writes `text` in a new file; returns its path.
function kit.file(text, suffix)
  folder = folder or assert(kit.output("mktemp -d"):match("%S+"))
  files = files + 1
  local path = ("%s/%d%s"):format(folder, files, suffix or "")
  local file <close> = assert(io.open(path, "w"))
  file:write(text or "")
  return path
end

function kit.remove_files()
  if folder then os.execute("rm -r " .. folder) end
  folder = nil
end

-- What is in a file; "" if it is not there.
function kit.read(path)
  local file <close> = io.open(path)
  return file and file:read("a") or ""
end

-- Runs jobs, a Lua list as text, under neap; returns its stats.
function kit.neap(options, jobs)
  local path = kit.file("return " .. jobs, ".lua")
  return cjson.decode((kit.output(("%s run %s -f %s --stats - 2>/dev/null")
    :format(NEAP, options, path))))
end

-- `count` busy loops as a job list; `extra(i)` may add fields.
function kit.loops(count, extra)
  local list = {}
  for i = 1, count do
    list[i] = ("{ 'sh', '-c', %q, name = 'loop %d', %s }"):format(kit.LOOP, i,
      extra and extra(i) or "")
  end
  return "{ " .. table.concat(list, ", ") .. " }"
end

-- The CPU time of each task of a run.
function kit.cpu(stats)
  local list = {}
  for i, task in ipairs(stats.tasks) do list[i] = task.cpu_ns end
  return list
end

function kit.sum(list)
  local total = 0
  for _, n in ipairs(list) do total = total + n end
  return total
end

-- The value below which this part of the list lies.
function kit.quantile(list, part)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  return sorted[math.max(1, math.ceil(part * #sorted))]
end

function kit.median(list)
  return kit.quantile(list, 0.5)
end

-- Peers: the command, and Debian's package that holds it.

local PACKAGES = {
  xargs = "findutils", make = "make", strace = "strace", parallel = "parallel",
  tsp = "task-spooler", cpulimit = "cpulimit", ["s6-svscan"] = "s6", valgrind = "valgrind",
  gnuplot = "gnuplot-nox", ["lua5.4"] = "lua5.4", gcc = "gcc",
}

function kit.has(peer)
  return (os.execute(("command -v '%s' >/dev/null 2>&1"):format(peer)))
end

function kit.package(peer)
  return PACKAGES[peer] or error(peer .. " is no peer that bench/kit.lua knows")
end

-- As Debian numbers it; nil: it is not there, "?": not from Debian.
function kit.version(peer)
  local query = "dpkg-query -W -f '${Version}' %s 2>/dev/null"
  return kit.has(peer) and (kit.output(query:format(kit.package(peer))):match("%S+") or "?")
end

return kit
