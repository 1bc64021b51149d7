-- sleeping.lua - what the tests of blocked tasks share: a sleeper beside hogs on one cpu.
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

local sleeping = {}

sleeping.HOG = '{ "sh", "-c", "while :; do :; done", name = "hog" }'

-- Runs jobs (Lua text) under fair on one cpu. Returns { name -> stats } and what they printed.
function sleeping.run(jobs, seconds)
  local stats = shell.path("sleeping.json")
  local answer = shell.neap {
    "run", "-p", "fair", "-j1", "--for", seconds .. "s", "--stats", stats, "-f",
    shell.file("sleeping.lua", "return {" .. jobs .. "}"),
  }
  luaunit.assertEquals(answer.code, 0, answer.err)
  local tasks = {}
  for _, task in ipairs(cjson.decode(shell.read(stats)).tasks) do tasks[task.name] = task end
  return tasks, answer.out
end

-- A sleeper as a job: it wakes every `period` us and works for `work` us.
function sleeping.job(period, work)
  return ('{ %q, "%d", "%d", "100000", name = "sleeper" }'):format(
    shell.program("sleeper"), period, work)
end

-- From the instant that it wanted to wake at until it ran, in ms, the least first.
function sleeping.latencies(text)
  local list = {}
  for ns in text:gmatch("(%d+)\n") do list[#list + 1] = ns / 1e6 end
  table.sort(list)
  return list
end

return sleeping
