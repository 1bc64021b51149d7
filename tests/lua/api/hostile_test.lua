-- hostile_test.lua - tests/hostile: policies that try to crash, hang, flood, cheat or leave.
--
-- The program's time for one is bounded, no task is lost, what is told of it is short and visible,
-- and the verdict is the one that its second line expects.
-- ctest timeout: 120
local check = require "check"
local hostile = require "hostile"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestHostile
TestHostile = {}

for _, name in ipairs(hostile.names()) do
  TestHostile["test_" .. name] = function()
    local text, expected = hostile.read(name)
    local got, message = hostile.run(text)
    luaunit.assertTrue(expected[got] == true, ("%s: %s"):format(got, message))
  end

  -- With a short quantum, and so little time, and two cpus.
  TestHostile["test_in_little_time_" .. name] = function()
    local text, expected = hostile.read(name)
    local got, message = hostile.run(text, { quantum = 10 * neap.ms, cpus = 2 })
    local is_right = expected[got] or got == "TIMEOUT" or got == "EJECTED"
    luaunit.assertTrue(is_right, ("%s: %s"):format(got, message))
  end
end

-- No runtime is made with a policy that is refused.
function TestHostile.test_what_is_refused_makes_no_runtime()
  for _, name in ipairs(hostile.names()) do
    local text, expected = hostile.read(name)
    if next(expected):find "^LOAD" then
      hostile.with_file(text, function(path)
        local rt, message, code = neap.runtime { clock = "virtual", policy = path }
        luaunit.assertEquals({ rt, code }, { nil, 71 })
        luaunit.assertTrue(#message > 0 and #message < 1000)
      end)
    end
  end
end

-- Those that are better made than kept.

local function chain(word)
  return ("return " .. word:rep(256 * 1024)):sub(1, 256 * 1024)
end

local MADE = {
  { "11_shebang_bom_ok", "OK",
    "\xef\xbb\xbf#!/usr/bin/env lua5.4\nreturn { name = 'x', starves = true }" },
  { "nested_5000_deep", "LOAD_ERROR", "return " .. ("("):rep(5000) .. "1" .. (")"):rep(5000) },
  { "a_byte_too_long", "LOAD_ERROR", ("-"):rep(256 * 1024 + 1) },
  { "bytecode", "LOAD_ERROR", string.dump(function() end) },
  { "bytecode_behind_a_line", "LOAD_ERROR", "#!neap\n" .. string.dump(function() end) },
  { "bytecode_behind_a_mark", "LOAD_ERROR", "\xef\xbb\xbf" .. string.dump(function() end) },
  { "bytecode_cut_short", "LOAD_ERROR", "\27Lua" },
  { "a_zero_byte", "LOAD_ERROR", "return { name = 'x' }\0" },
  { "a_zero_byte_in_a_comment", "OK", "--\0\nreturn { name = 'x', starves = true }" },
  { "escapes_in_the_source", "LOAD_ERROR", "return \27[2J\r\7\x9b" },
  { "a_string_without_an_end", "LOAD_ERROR", "return '" .. ("x"):rep(200000) },
  { "a_long_unknown_hook", "LOAD_ERROR",
    "local p = { name = 'x' }; p[('\\27'):rep(200000)] = function() end; return p" },
  { "a_long_message", "LOAD_ERROR", "error(('\\n\\r'):rep(500000))" },
  { "an_error_object", "LOAD_ERROR", "error(setmetatable({}, { __tostring = error }))" },
  { "no_error_object", "LOAD_ERROR", "error()" },
  -- The parser's time for these grows with the square of their length.
  { "a_long_or", "LOAD_TIMEOUT", chain "{}or" },
  { "a_long_and", "LOAD_TIMEOUT", chain "a and " },
}

for _, case in ipairs(MADE) do
  TestHostile["test_made_" .. case[1]] = function()
    local got, message = hostile.run(case[3])
    luaunit.assertEquals({ got, got == case[2] or message }, { case[2], true })
  end
end

-- What the kernel has taken for this process at most, in KiB.
local function peak()
  local file <close> = assert(io.open "/proc/self/status")
  return tonumber(file:read("a"):match "VmHWM:%s+(%d+) kB")
end

local function is_sanitized()
  local file <close> = assert(io.open "/proc/self/maps")
  return file:read("a"):find("libasan", 1, true) ~= nil
end

function TestHostile.test_the_memory_of_the_program_is_bounded()
  local before = peak()
  for _, name in ipairs(hostile.names()) do
    if hostile.read(name):find "expect: [%u_ or]*NOMEM" then hostile.run((hostile.read(name))) end
  end
  luaunit.skipIf(is_sanitized(), "a sanitizer keeps what is freed")
  luaunit.assertTrue(peak() - before < 32 * 1024, peak() - before .. " KiB")
end

function TestHostile.test_no_memory_says_how_much_there_is_and_how_to_have_more()
  local text = hostile.read "91_table_growth"
  local _, message = hostile.run(text)
  luaunit.assertEquals(message, "not enough memory: a policy file may have 8192 KiB, and more by "
    .. "the option policy_memory")
end

function TestHostile.test_what_is_no_regular_file_is_not_waited_for()
  local path = os.tmpname()
  os.remove(path)
  path = path .. ".lua"
  assert(os.execute("mkfifo " .. path))
  check.failed(22, "not a regular file", neap.runtime { clock = "virtual", policy = path })
  os.remove(path)
  assert(os.execute("mkdir " .. path))
  check.failed(22, "not a regular file", neap.runtime { clock = "virtual", policy = path })
  os.remove(path)
  check.failed(2, "cannot read policy file ./\\027[2J\\n.lua: No such file",
    neap.runtime { clock = "virtual", policy = "./\27[2J\n.lua" })
end

-- What a policy prints is bounded by the second, and what was dropped is told.
function TestHostile.test_a_flood_of_lines_is_counted()
  hostile.with_file([[return { name = "p", slice = function(self)
    for i = 1, 150 do self:log(i) end
    return self.quantum
  end }]], function(path)
    local rt, reports = check.under(path, 1, { quantum = "1s" })
    rt:run(neap.s)
    rt:task {}
    rt:run(neap.s)
    rt:set_policy "rr"
    rt:run(0)
    rt:close()
    local list = {}
    for i, report in ipairs(reports) do list[i] = report.message end
    local dropped = "50 lines were dropped: a policy file may write 100 a second"
    luaunit.assertEquals({ list[1], list[100], list[101], list[102], list[#list] },
      { "1", "100", dropped, "1", dropped })
  end)
end

-- Strings are hashed with a seed of the state's own, so stock pairs() walks them in another order
-- in each.
local WALK = [[
local p = { name = "walk", _held = {} }
function p:enqueue(task) self._held["a key " .. task.id] = task end
function p:dequeue(task) self._held["a key " .. task.id] = nil end
function p:pick()
  local list = {}
  for _, task in pairs(self._held) do list[#list + 1] = task end
  local task = list[math.random(#list)]
  self:dequeue(task)
  return task
end
return p]]

local SCRIPT = [[
local neap = require "neap"
local rt = assert(neap.runtime { clock = "virtual", policy = arg[1], cpus = 1, seed = 7 })
rt:on("switch", function(_, _, to) io.write(to and to.id or "-", " ") end)
for _ = 1, 12 do rt:task {} end
rt:run(neap.s)
print(rt:stats().failures)
]]

function TestHostile.test_the_same_picks_in_every_process()
  local pipe <close> = assert(io.popen "readlink /proc/$PPID/exe")
  local words, seen = "'%s' %s %s", {}
  local program = pipe:read "l"
  hostile.with_file(WALK, function(policy)
    hostile.with_file(SCRIPT, function(script)
      for i = 1, 4 do
        local run <close> = assert(io.popen(words:format(program, script, policy)))
        seen[i] = run:read "a"
      end
    end)
  end)
  luaunit.assertStrMatches(seen[1], "[%d ]+ 0\n")
  luaunit.assertEquals(seen, { seen[1], seen[1], seen[1], seen[1] })
end

check.main()
