-- recorded.lua - runs of processes that are recorded, for the tests that read records.
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

local recorded = {}

recorded.ALL = os.getenv("NEAP_TEST_ALL") ~= nil -- what takes long, too

-- In a shell: what it starts has 200 MB. A sanitizer needs more than anybody has.
recorded.BOUND = (os.getenv("NEAP") or ""):find("asan") and "" or "ulimit -v 200000; "

local BUSY = "while :; do :; done"
local SLEEPY = "while :; do sleep 0.0%d; done"
recorded.SHORT = "i=0; while [ $i -lt %d000 ]; do i=$((i+1)); done"
local FORKING = "while :; do (i=0; while [ $i -lt 300 ]; do i=$((i+1)); done) & wait; done"

-- A job file of these shell lines; the names are those of `names`, or the shell's.
function recorded.jobs(lines, names)
  local list = {}
  for i, line in ipairs(lines) do
    list[i] = ("{ 'sh', '-c', %q, name = %q }"):format(line, names and names[i] or "sh")
  end
  return shell.file("jobs.lua", "return { " .. table.concat(list, ",\n") .. " }")
end

-- Twenty that are busy, sleep, are short, fork.
function recorded.mixed_jobs()
  local lines, names = {}, {}
  for i = 1, 5 do
    for name, line in pairs {
      ["busy "] = BUSY, ["sleepy "] = SLEEPY:format(i), ["short "] = recorded.SHORT:format(i),
      ["forking "] = FORKING,
    } do
      lines[#lines + 1], names[#names + 1] = line, name .. i
    end
  end
  return recorded.jobs(lines, names)
end

local count = 0

-- A recorded `neap run` with these options: { record =, stats =, table = }.
function recorded.run(options)
  count = count + 1
  local record = shell.path(("run%d.neap"):format(count))
  local stats = shell.path(("run%d.json"):format(count))
  local words = { "run", "--record", record, "--stats", stats, deadline = 60 }
  for _, word in ipairs(options) do words[#words + 1] = word end
  local answer = shell.neap(words)
  local text = shell.read(stats)
  luaunit.assertNotNil(text, answer.err)
  return {
    record = record,
    stats = cjson.decode(text),
    table = answer.err:match("task +exit.*") or answer.err,
  }
end

return recorded
