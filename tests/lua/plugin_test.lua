-- plugin_test.lua - policies in shared objects, from plain Lua: run, described, not reloaded.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestPlugin
TestPlugin = {}

local same = luaunit.assertEquals

local function path(name)
  return ("%s/%s.so"):format(os.getenv "NEAP_TEST_PLUGINS", name)
end

function TestPlugin.test_every_verb_works_in_a_module_that_exports_none()
  local rt <close> = check.runtime { policy = path "verbs", params = { every = "5ms" } }
  local said, tasks = {}, {}
  rt:on("error", function(report) said[#said + 1] = report.kind .. " " .. report.message end)
  for i = 1, 3 do tasks[i] = rt:task {} end
  rt:run(neap.s)
  same(rt.policy, "verbs")
  for _, task in ipairs(tasks) do luaunit.assertAlmostEquals(task.cpu_ns, neap.s / 3, 2e7) end
  luaunit.assertTrue(rt:stats().counters.seen > 50)
  same(said[1], "log a timer")
  local words = {}
  for _, task in ipairs(tasks) do words[#words + 1] = task:explain() end
  table.sort(words)
  same(words, { "0 before it", "1 before it" })
end

function TestPlugin.test_what_it_refuses_is_told()
  local rt, message = neap.runtime { clock = "virtual", policy = path "verbs",
    params = { number = -1 } }
  same({ rt, message:match "number is less than 0" }, { nil, "number is less than 0" })
  rt, message = neap.runtime { clock = "virtual", policy = path "verbs", params = { nombre = 1 } }
  luaunit.assertNil(rt)
  luaunit.assertStrContains(message, 'did you mean "number"?')
end

function TestPlugin.test_one_that_gives_up_is_ejected()
  local rt <close> = check.runtime { policy = path "verbs", params = { number = 13 } }
  rt:task {}
  rt:run(neap.s)
  same(rt.policy, "fair")
end

function TestPlugin.test_it_is_described()
  local about = assert(neap.describe(path "own_policy_plugin"))
  same({ about.name, about.language, about.params[1].name }, { "turns", "C", "longest" })
  same(about.hooks, { "init", "enqueue", "dequeue", "pick", "slice" })
end

function TestPlugin.test_it_follows_another_and_is_followed_but_not_reloaded()
  local rt <close> = check.runtime { policy = path "own_policy_plugin" }
  for _ = 1, 2 do rt:task {} end
  rt:run(neap.s)
  local ok, message = rt:reload()
  same({ ok, message }, { nil, "a policy in C is loaded once: start again for another" })
  assert(rt:set_policy(path "verbs", { every = "1s" }))
  rt:run(neap.s)
  assert(rt:set_policy(path "own_policy_plugin"))
  rt:run(neap.s)
  assert(rt:set_policy "fair")
  rt:run(neap.s)
  ok, message = rt:set_policy(path "no_door")
  luaunit.assertNil(ok)
  luaunit.assertStrContains(message, "it has no symbol neap_plugin")
  same(rt.policy, "fair")
end

function TestPlugin.test_one_that_the_core_refuses_leaves_nothing_behind()
  local rt, message = neap.runtime { clock = "virtual", policy = path "half" }
  luaunit.assertNil(rt)
  luaunit.assertStrContains(message, "enqueue, dequeue and pick come together")
end

function TestPlugin.test_it_is_simulated()
  local report = assert(neap.simulate { policy = path "own_policy_plugin", cpus = 1,
    workload = { { name = "a", work = { "50ms" } }, { name = "b", work = { "50ms" } } } })
  same(report.policy, "turns")
end

os.exit(luaunit.LuaUnit.run() == 0 and 0 or 1, true)
