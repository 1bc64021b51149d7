-- reload_test.lua - policies change in a run: what is carried over, what happens when one is bad.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestReload
TestReload = {}

local same = luaunit.assertEquals
local path = os.tmpname()

local function write(text)
  local file <close> = assert(io.open(path .. ".lua", "w"))
  file:write(text)
  return path .. ".lua"
end

local COUNTS = [[
local p = require "neap".policy { name = "%s", base = "rr" }
function p:init() self.turns = {} end
function p:running(task, cpu)
  self.base:running(task, cpu)
  self.turns[task.id] = (self.turns[task.id] or 0) + 1
end
function p:save() return %s end
function p:restore(data) %s end
function p:explain(task) return ("%%d turns"):format(self.turns[task.id] or 0) end
return p]]

local function counts(name, saved, restored)
  return COUNTS:format(name, saved or "self.turns", restored or "self.turns = data")
end

local function under(text)
  local rt = check.runtime { policy = write(text) }
  local reports = {}
  rt:on("error", function(report) reports[#reports + 1] = report.message end)
  return rt, rt:task { name = "a" }, rt:task { name = "b" }, reports
end

function TestReload.test_what_is_saved_is_restored()
  local rt <close>, a, b = under(counts "one")
  rt:run(99 * neap.ms)
  same({ a:explain(), b:explain() }, { "5 turns", "5 turns" })
  write(counts "two")
  same(rt:reload(), true)
  rt:run(80 * neap.ms)
  same({ rt.policy, a:explain(), b:explain() }, { "two", "9 turns", "10 turns" })
  same(a.cpu_ns + b.cpu_ns, 179 * neap.ms)
end

function TestReload.test_tables_of_one_script_carry_over_as_files_do()
  local saved, restored = { 1, { 2 } }, nil
  local function one(name)
    return neap.policy { name = name, base = "rr", save = function() return saved end,
      restore = function(_, data) restored = data end }
  end
  local rt <close> = check.runtime { policy = one "a" }
  same(rt:set_policy(one "b"), true)
  same({ rt.policy, restored, rawequal(saved, restored) }, { "b", saved, false })
  saved = print
  check.failed(71, "save: a function is no plain data", rt:set_policy(one "c"))
  same(rt.policy, "b")
end

function TestReload.test_plain_data_of_any_kind_is_carried_exactly()
  local data = "{ 1, 2.5, 'x\\0y', true, { [0] = { deep = { -0.5 } } }, [1 << 53] = false, "
    .. "[0.1] = math.mininteger }"
  local rt <close>, a = under(counts("one", data))
  write(counts("two", "nil", [[
    assert(data[1] == 1 and math.type(data[1]) == "integer" and data[2] == 2.5)
    assert(data[3] == "x\0y")
    assert(data[4] == true and data[5][0].deep[1] == -0.5 and data[1 << 53] == false)
    assert(data[0.1] == math.mininteger)
    self.turns[1] = 7]]))
  same(rt:reload(), true)
  same(a:explain(), "7 turns")
end

local function stays(message, before, after)
  local rt <close>, a, _, reports = under(before)
  rt:run(99 * neap.ms)
  write(after)
  check.failed(71, message, rt:reload())
  same(rt.policy, "one")
  rt:run(100 * neap.ms)
  same({ a:explain(), a.cpu_ns }, { "10 turns", 100 * neap.ms })
  same(reports, {})
end

function TestReload.test_whatever_goes_wrong_the_old_one_stays()
  local good = counts "one"
  stays("a policy file returns a table, not a number", good, "return 3")
  stays("near 'x'", good, "x x")
  stays("stopped: it ran", good, "while true do end")
  stays("not enough memory", good, "local t = {} for i = 1, 1e7 do t[i] = {} end")
  stays("save: ", counts("one", "error 'no'"), good)
  stays("save: a function is no plain data", counts("one", "{ print }"), good)
  stays("save: a userdata is no plain data", counts("one", "{ self:on_cpu(0) }"), good)
  stays("nested deeper than 100", counts("one", "(function() local t = {} t.t = t return t end)()"),
    good)
  stays("stopped: it ran", counts("one", "(function() while true do end end)()"), good)
  stays("attempt to perform arithmetic", good, counts("two", "nil", "self.x = data + 1"))
  stays("unknown hook", good, (good:gsub("p:save", "p:saev")))
end

function TestReload.test_a_policy_that_was_ejected_is_taken_again()
  local rt <close>, a, _, reports = under((counts "one"):gsub("return p$",
    "function p:slice() error 'broken' end return p"))
  rt:run(100 * neap.ms)
  same(rt.policy, "fair")
  luaunit.assertTrue(#reports > 0)
  write(counts "one")
  same(rt:reload(), true)
  same({ rt.policy, a:explain() }, { "one", "1 turns" })
end

function TestReload.test_a_table_cannot_be_read_again()
  local rt <close> = check.under(neap.policy { name = "p" }, 1)
  check.failed(16, "the policy was given as a table", rt:reload())
end

function TestReload.test_parameters_stay()
  local text = [[
    local p = require "neap".policy { name = "p", base = "rr", turn = 1000000 }
    function p:slice() return self.turn end
    return p]]
  local rt <close> = check.runtime { policy = write(text), params = { turn = "3ms" } }
  rt:task { name = "a" }
  rt:task { name = "b" }
  same(check.turns(rt, 8 * neap.ms), "1 2 1")
  same(rt:reload(), true)
  same(check.turns(rt, 9 * neap.ms), "2 1 2")
  same(rt:set_policy(write(text), { turn = "6ms" }), true)
  same(rt:reload(), true)
  same(check.turns(rt, 12 * neap.ms), "1 2")
end

function TestReload.test_it_may_not_be_done_inside_a_hook()
  local inside, problem
  local p = neap.policy { name = "p", slice = function(self)
    problem = problem or select(2, pcall(inside.reload, inside))
    return self.quantum
  end }
  local rt <close> = check.under(p, 1)
  inside = rt
  rt:run(10 * neap.ms)
  luaunit.assertStrContains(problem, "not inside a policy hook")
end

-- Nobody loses a turn, and no decision is missed.
function TestReload.test_a_thousand_changes_lose_nothing()
  local rt <close>, a, b, reports = under(counts "one")
  local ways = { function() return rt:reload() end, function() return rt:set_policy("fair") end,
    function() return rt:set_policy(path .. ".lua") end }
  for i = 1, 1000 do
    assert(ways[i % #ways + 1]())
    rt:run(20 * neap.ms)
  end
  same(a.cpu_ns + b.cpu_ns, 20 * neap.s)
  same({ #reports, rt:stats().failures, rt:stats().ejections }, { 0, 0, 0 })
  luaunit.assertTrue(math.abs(a.cpu_ns - b.cpu_ns) <= 1000 * 20 * neap.ms / 2)
end

os.remove(path)
check.main()
