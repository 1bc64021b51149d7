-- policy_file_test.lua - policies by path, with their strict environment; the bundled ones.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestFiles TestBundled
TestFiles = {}
TestBundled = {}

local same = luaunit.assertEquals
local spent = check.spent
local turns = check.turns
local under = check.under
local ms = neap.ms

-- Files.

-- A policy file of this text in a folder of its own; passes its path to fn.
local function with_file(text, fn)
  local path = os.tmpname()
  os.remove(path)
  path = path .. ".lua"
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  local ok, message = pcall(fn, path)
  os.remove(path)
  if not ok then error(message, 0) end
end

local function file_fails(text, errno, part)
  with_file(text, function(path)
    check.failed(errno, (part:gsub("PATH", function() return path end)),
      neap.runtime { clock = "virtual", policy = path })
  end)
end

function TestFiles.test_a_policy_is_found_by_its_path()
  with_file([[#!/usr/bin/env neap
    local neap = require "neap"
    local p = neap.policy { name = "filed", turn = 2 * neap.ms }
    function p:slice() return self.turn end
    return p]], function(path)
    local rt <close> = under(path, 2, { params = { turn = "3ms" } })
    same({ turns(rt, 7 * ms), rt.policy }, { "1 2 1", "filed" })
  end)
end

function TestFiles.test_broken_files_are_expected_failures_that_name_file_and_line()
  file_fails("local x = \n\nreturn {{", 71, "PATH:3: ")
  file_fails("#!x\nreturn {{", 71, "PATH:2: ")
  file_fails("return 7", 71, "PATH: a policy file returns a table, not a number")
  file_fails("", 71, "PATH: a policy file returns a table, not a nil")
  file_fails("error 'at load'", 71, "PATH:1: at load")
  file_fails("error {}", 71, "PATH: (an error object)")
  file_fails("return {}", 71, "PATH: a policy needs a name")
  file_fails("return { name = 'x', picc = function() end }", 71, 'PATH:1: unknown hook "picc"')
  file_fails(string.dump(function() end), 71, "attempt to load a binary chunk")
  file_fails(("-"):rep(256 * 1024 + 1), 27, "it is longer than 256 KiB")
end

function TestFiles.test_a_file_of_256_kib_is_not_too_long()
  local text = "return { name = 'big' }"
  with_file(text .. ("\n"):rep(256 * 1024 - #text), function(path)
    local rt <close> = under(path)
    same(rt.policy, "big")
  end)
end

function TestFiles.test_what_is_no_file_is_an_expected_failure()
  check.failed(2, "cannot read policy file /no/such.lua: No such file",
    neap.runtime { policy = "/no/such.lua" })
  check.failed(2, "cannot read policy file such.lua", neap.runtime { policy = "such.lua" })
  check.failed(22, "cannot read policy file /: not a regular file", neap.runtime { policy = "/" })
  check.failed(22, "not a regular file", neap.runtime { policy = "/dev/zero" })
end

function TestFiles.test_the_environment_of_a_file_is_what_a_policy_needs()
  with_file([[
    local neap = require "neap"
    local found = {}
    for _, name in ipairs { "io", "os", "debug", "package", "dofile", "loadfile", "load",
      "collectgarbage", "coroutine", "utf8", "warn" } do
      if _G[name] ~= nil then found[#found + 1] = name end
    end
    local function refused(fn, ...) return not pcall(fn, ...) end
    if not refused(require, "os") then found[#found + 1] = "require os" end
    if not refused(require, "neap.cli") then found[#found + 1] = "require neap.cli" end
    if not refused(math.random) then found[#found + 1] = "math.random" end
    if string.dump then found[#found + 1] = "string.dump" end
    if neap.runtime then found[#found + 1] = "neap.runtime" end
    if getmetatable("") then found[#found + 1] = "metatable of strings" end
    for _, name in ipairs { "policy", "ms", "forever" } do assert(neap[name], name) end
    assert(("x"):upper() == "X" and math.max(1, 2) == 2 and table.concat { 1, 2 } == "12")
    leak = true -- a global of its own
    return neap.policy { name = "env", slice = function(self)
      self:log(table.concat(found, ", "))
      return self.quantum
    end }]], function(path)
    local rt <close>, reports = under(path, 1)
    rt:run(0)
    same(reports[1].message, "")
    luaunit.assertNil(rawget(_G, "leak"))
  end)
end

-- Within the budget of a hook. What is found is what stock Lua finds.
function TestFiles.test_usual_parsing_of_a_long_text_is_no_trouble()
  local parse = [[
    local value = ("v x, "):rep(200) .. "v"
    local found = { ("key = " .. value .. "  "):match "^(%w+)%s*=%s*(.-)%s*$" }
    for word in value:gmatch("[^,%s]+", 990) do found[#found + 1] = word end
    for at, word in ("a1b22"):gmatch "()(%d+)" do found[#found + 1] = at .. word end
    for empty in ("abc"):gmatch "x*" do found[#found + 1] = empty end
    found[#found + 1] = (("  " .. value .. "  "):gsub("^%s*(.-)%s*$", "%1"))
    found[#found + 1] = value:gsub("%f[%w]v", { v = "w" }, 3)
    found[#found + 1] = value:find(", v$", -20)
    found[#found + 1] = #{ value:find("(x)(.)", 10) }
    return found]]
  local text = table.concat(assert(load(parse))(), ";")
  with_file(("local p = { name = 'p' } function p:slice() p._parse() return 1000000 end\n"
    .. "function p._parse() %s end\n"
    .. "function p:explain() return #table.concat(p._parse(), ';') .. '' end\n"
    .. "function p:init() assert(table.concat(p._parse(), ';') == %q) end return p")
      :format(parse, text), function(path)
    local rt <close> = under(path, 2)
    rt:run(20 * ms)
    same({ rt:stats().failures, rt:find(1):explain() }, { 0, tostring(#text) })
  end)
end

function TestFiles.test_print_in_a_file_is_a_line_of_the_log()
  with_file([[return { name = "p", slice = function(self)
    print("a", 1, nil)
    return self.quantum
  end }]], function(path)
    local rt <close>, reports = under(path, 1)
    rt:run(0)
    same({ reports[1].kind, reports[1].message }, { "log", "a\t1\tnil" })
  end)
end

function TestFiles.test_the_tasks_of_a_file_policy_are_handles_of_their_own_that_die()
  with_file([[
    local p = { name = "p", kept = "" }
    local first
    function p:init_task(task)
      first = first or task
      task.data = task.id
    end
    function p:slice(task)
      self:log(tostring(first) .. " " .. tostring(first.alive) .. " " .. task.data)
      if not first.alive then self:log(select(2, pcall(function() return first.name end))) end
      return self.quantum
    end
    return p]], function(path)
    local rt <close>, reports = under(path)
    local t = rt:task { name = "x", data = "mine" }
    rt:run(0)
    t:finish()
    rt:task {}
    rt:run(0)
    same(reports[1].message, "task 1 (x) true 1")
    same(reports[2].message, "task 1 (ended) false 2")
    luaunit.assertStrContains(reports[3].message, "task 1 has ended")
  end)
end

-- The bundled ones.

function TestBundled.test_sjf_runs_the_shortest_estimate_first_and_none_last()
  local rt <close> = under "sjf"
  for _, estimate in ipairs { 0, 30, 10, 20, 10 } do rt:task { estimate = estimate * ms } end
  local list = {}
  rt:on("switch", function(_, _, to)
    if to then
      list[#list + 1] = to.id
      to:finish()
    end
  end)
  rt:run(ms)
  same(list, { 3, 5, 4, 2, 1 })
end

function TestBundled.test_eager_gives_the_young_a_fifth_of_a_slice()
  local rt <close> = under("eager", 2)
  same(turns(rt, 9 * ms), "1 2 1 2 1")
  rt:run(neap.s)
  local switches = rt:stats().context_switches
  rt:run(neap.s)
  same(rt:stats().context_switches - switches, 100)
  local old <close> = under("eager", 2, { params = { young = 0 } })
  same(turns(old, 39 * ms), "1 2 1 2")
end

function TestBundled.test_lottery_gives_shares_by_weight()
  local rt <close> = under("lottery", 0, { quantum = ms, seed = 20 })
  local weights, sum = { 50, 100, 200, 400, 1, 249 }, 1000
  for _, weight in ipairs(weights) do rt:task { weight = weight } end
  local draws = 100000
  rt:run(draws * ms)
  local chi = 0
  for i, weight in ipairs(weights) do
    local expected = draws * weight / sum
    chi = chi + (rt:find(i).cpu_ns / ms - expected) ^ 2 / expected
  end
  luaunit.assertTrue(chi < 20.5, "chi square of " .. chi) -- 5 degrees of freedom, p = 0.001
  same({ rt:stats().failures, rt.policy }, { 0, "lottery" })
end

function TestBundled.test_lottery_draws_only_those_that_may_use_the_cpu()
  local rt <close>, reports = under("lottery", 5, { cpus = 2 })
  rt:find(1).affinity = { 1 }
  rt:find(2).affinity = { 0 }
  rt:find(3).affinity = { 0 }
  for _ = 1, 50 do
    rt:run(10 * ms)
    luaunit.assertTrue(rt:find(1).cpu ~= 0 and rt:find(2).cpu ~= 1 and rt:find(3).cpu ~= 1)
  end
  same({ reports, spent(rt) }, { {}, 1000 * ms })
end

function TestBundled.test_lottery_keeps_its_books_through_any_changes()
  local rt <close>, reports = under("lottery", 10, { cpus = 3, quantum = ms })
  for i = 1, 300 do
    local task = rt:find(i % 10 + 1)
    task.weight = i * 37 % 500 + 1
    if i % 3 == 0 then task:pause() elseif task.state == "paused" then task:resume() end
    rt:run(ms)
  end
  same({ #reports, rt:stats().failures }, { 0, 0 })
end

check.main()
