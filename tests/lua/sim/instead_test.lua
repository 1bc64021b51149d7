-- instead_test.lua - a recorded run as it would have been under another policy.
local cjson = require "cjson"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestInstead
TestInstead = {}

local same = luaunit.assertEquals
local path = os.tmpname()

-- The convoy of the textbooks: 240, 30 and 30 ms, first come, first served.
local function record()
  local rt <close> = assert(neap.runtime { clock = "virtual", policy = "fifo", cpus = 1,
    record = path })
  local tasks = {}
  for i = 1, 3 do tasks[i] = rt:task { name = "P" .. i } end
  for i, work in ipairs { 240, 30, 30 } do
    rt:run(work * neap.ms)
    tasks[i]:finish()
  end
  rt:run(0)
end

local function read(choices)
  record()
  return require("neap.instead").read(path, choices)
end

function TestInstead.test_the_same_policy_gives_the_same_run()
  local answer = assert(read { { policy = "fifo" } })
  same(answer.names, { "recorded", "fifo, simulated", "fifo, simulated" })
  for _, report in ipairs(answer.reports) do
    same({ report.turnaround.mean_ns, report.wait.mean_ns, report.context_switches },
      { 270 * neap.ms, 170 * neap.ms, 3 })
  end
end

function TestInstead.test_another_order_is_told_task_by_task()
  local answer = assert(read { { policy = "rr" } })
  local text = require("neap.instead").text(answer)
  for _, line in ipairs {
    "task    recorded  fifo, simulated  round_robin, simulated",
    "P1 [1]     240ms            240ms            60.0ms later",
    "P2 [2]     270ms            270ms           190ms earlier",
    "P3 [3]     300ms            300ms           210ms earlier",
  } do luaunit.assertStrContains(text, line) end
  luaunit.assertStrContains(text, "assumed: the CPU time that each task used")
end

function TestInstead.test_it_is_told_as_json()
  local answer = assert(read { { policy = "rr" } })
  local object = cjson.decode(require("neap.instead").json(answer))
  same({ object.schema, #object.runs, object.unfinished }, { "neap-instead-1", 3, 0 })
  same(object.tasks[2], { id = 2, name = "P2",
    ends_ns = { 270 * neap.ms, 270 * neap.ms, 80 * neap.ms } })
  same({ object.runs[1].simulated, object.runs[3].simulated }, { false, true })
  same(object.runs[3].metrics.turnaround_mean, 470 * neap.ms // 3 + 0.0)
end

function TestInstead.test_a_record_is_a_workload_for_simulations()
  record()
  local report = assert(neap.simulate { workload = path, policy = "fifo" })
  same({ report.tasks, report.turnaround.mean_ns, report.notes }, { 3, 270 * neap.ms, {} })
end

function TestInstead.test_an_unknown_policy_is_refused()
  local answer, message = read { { policy = "fare" } }
  same(answer, nil)
  luaunit.assertStrContains(message, 'unknown policy "fare" (did you mean "fair"?)')
end

function TestInstead:tearDown() -- luacheck: ignore 212
  os.remove(path)
end

os.exit(luaunit.LuaUnit.run())
