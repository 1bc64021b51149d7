-- kit.lua - what the benchmarks share: runs neap and its peers, takes medians, prints a line.
local cjson = require "cjson"

local kit = {}

local NEAP = os.getenv "NEAP" or "build/neap"
local BENCH = os.getenv "BENCH" or "build/bench"

kit.NEAP = NEAP

kit.LOOP = "while :; do :; done"

-- All the numbers that a command prints.
function kit.numbers(command)
  local pipe = assert(io.popen(command))
  local list = {}
  for word in pipe:read("a"):gmatch("%S+") do list[#list + 1] = tonumber(word) end
  assert(pipe:close(), command)
  return list
end

-- The path of a program of tests/programs.
function kit.test_program(name)
  return BENCH .. "/../tests/programs/" .. name
end

-- Runs a program of bench/ with these arguments; returns the numbers that it prints.
function kit.program(name, ...)
  return kit.numbers(table.concat({ BENCH .. "/" .. name, ... }, " "))
end

-- Runs a script of bench/ in neap; returns the numbers that it prints.
function kit.script(name, ...)
  return kit.numbers(table.concat({ NEAP, "bench/" .. name, ... }, " "))
end

-- Runs jobs, a Lua list as text, under neap; returns its stats.
function kit.neap(options, jobs)
  local path = os.tmpname()
  local file = assert(io.open(path .. ".lua", "w"))
  file:write("return ", jobs)
  file:close()
  local pipe = assert(io.popen(("%s run %s -f %s.lua --stats - 2>/dev/null")
    :format(NEAP, options, path)))
  local text = pipe:read("a")
  pipe:close()
  os.remove(path)
  os.remove(path .. ".lua")
  return cjson.decode(text)
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

-- Runs a command; returns what it prints.
function kit.output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return text
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

-- The CPU time of each task of a run.
function kit.cpu(stats)
  local list = {}
  for i, task in ipairs(stats.tasks) do list[i] = task.cpu_ns end
  return list
end

-- A figure, its unit, and beside it what it is compared with.
function kit.line(name, format, ...)
  print(("%-44s %s"):format(name, format:format(...)))
end

return kit
