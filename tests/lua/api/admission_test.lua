-- admission_test.lua - tasks beyond max_alive wait in no policy, and are not held against it.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestAdmission
TestAdmission = {}

function TestAdmission.test_a_wait_outside_is_not_the_policys()
  local rt <close> = neap.runtime { policy = "rr", clock = "virtual", cpus = 1, max_alive = 2 }
  local reports = {}
  rt:on("error", function(report) reports[#reports + 1] = report.message end)
  local tasks = {}
  for i = 1, 4 do tasks[i] = rt:task { name = "t" .. i } end
  rt:run(10 * neap.s)
  tasks[1]:finish()
  rt:run(10 * neap.s)
  luaunit.assertEquals(reports, {})
  luaunit.assertEquals(rt.policy, "round_robin")
  luaunit.assertTrue(tasks[3].cpu_ns >= 4 * neap.s)
  luaunit.assertEquals(tasks[4].cpu_ns, 0)
  rt:finish("now")
end

check.main()
