-- why_test.lua - tasks say why they wait: state, numbers of the policy, who has the cpus.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestWhy
TestWhy = {}

local same = luaunit.assertEquals

local function three(options)
  local rt = check.runtime(options)
  return rt, rt:task { name = "a" }, rt:task { name = "b", weight = 300 }, rt:task { name = "c" }
end

function TestWhy.test_one_that_waits_tells_for_how_long_and_who_has_the_cpu()
  local rt <close>, a, b = three { policy = "fair" }
  rt:run(14 * neap.ms)
  local text, facts = b:why()
  same({ facts.state, facts.for_ns, facts.since }, { "running", 4 * neap.ms, 10 * neap.ms })
  luaunit.assertStrContains(text, "has run on cpu 0 for 4.00ms")
  text, facts = a:why()
  same({ facts.state, facts.for_ns, facts.since }, { "ready", 4 * neap.ms, 10 * neap.ms })
  same(facts.cpus, { { cpu = 0, task = 2, name = "b", for_ns = 4 * neap.ms } })
  same(text, [[
task 1 (a, priority 5, weight 100) has waited for a cpu for 4.00ms
  fair says: vruntime 0.010000 s: 1 of 1 before it, the least is 0.000000 s (task 3, c)
  cpu 0 has task 2 (b), for 4.00ms]])
end

function TestWhy.test_every_policy_in_c_says_its_order()
  local words = {
    fair = "vruntime 0.000000 s: 1 of 1 before it, the least is 0.000000 s (task 2, b)",
    round_robin = "in turn: 1 of 1 before it",
    priority = "level 5: 0 on higher levels, 1 before it on its own",
  }
  for policy, wanted in pairs(words) do
    local rt <close>, _, _, c = three { policy = policy }
    rt:run(0)
    same(c:explain(), wanted)
  end
end

function TestWhy.test_aging_is_told()
  local rt <close>, _, _, c = three { policy = "priority", params = { aging = "100ms" } }
  c.priority = 2
  rt:run(250 * neap.ms)
  same(c:explain(), "level 4 by aging: 1 on higher levels, 0 before it on its own")
end

function TestWhy.test_a_policy_without_an_order_is_first_come_first_served()
  local rt <close>, _, _, c = three { policy = neap.policy { name = "plain" } }
  rt:run(0)
  same(c:explain(), "first come, first served: 1 of 1 before it")
end

function TestWhy.test_the_words_of_a_policy_go_before_those_of_its_base()
  local own = neap.policy { name = "own", base = "fair",
    explain = function(_, task) return "hello " .. task.name end }
  local rt <close>, a = three { policy = own }
  same(a:explain(), "hello a")
  same(rt:set_policy(neap.policy { name = "silent", base = "fair" }), true)
  rt:run(0)
  luaunit.assertStrContains(a:explain(), "vruntime")
end

function TestWhy.test_an_order_made_in_lua_is_not_explained_by_the_base()
  local own = neap.policy { name = "own", base = "fair",
    enqueue = function(self, task, why) self.base:enqueue(task, why) end }
  local rt <close>, a = three { policy = own }
  rt:run(0)
  same(a:explain(), nil)
end

function TestWhy.test_one_that_sleeps_is_paused_or_has_ended()
  local rt <close>, a, b, c = three { policy = "rr" }
  rt:run(0)
  a:block()
  b:pause()
  rt:run(neap.s)
  luaunit.assertStrContains(a:why(), "has slept for 1.00s")
  luaunit.assertStrContains(b:why(), "has been paused by the user for 1.00s")
  c:finish()
  rt:run(0)
  check.raises("task 3 has ended", function() return c:why() end)
end

function TestWhy.test_it_is_not_asked_in_a_hook()
  local problem
  local own = neap.policy { name = "own", slice = function(_, task)
    problem = select(2, pcall(task.why, task))
    return 10 * neap.ms
  end }
  local rt <close> = three { policy = own }
  rt:run(0)
  luaunit.assertStrContains(problem, "not inside a policy hook")
end

check.main()
