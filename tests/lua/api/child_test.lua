-- child_test.lua - rt:on_child(): the ends of children that the script has started by itself.
--
-- ctest labels: process
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestChildren TestLifetimes
TestChildren = {}
TestLifetimes = {}

local same = luaunit.assertEquals
local EINVAL, ENOTFOUND = 22, 2

-- A child that ends when its input ends, as `ends` says (words of sh): its pid, and the input.
local function child(ends)
  local file <const> = os.tmpname()
  local input = assert(io.popen(("echo $$ >%s; read -r _; %s"):format(file, ends), "w"))
  local pid
  while not pid do
    local answer <close> = assert(io.open(file))
    pid = answer:read "n"
  end
  os.remove(file)
  return pid, input
end

-- Lets go of it without waiting for it: the end of its input ends it.
local function let_end(input)
  input:write "\n"
  input:flush()
end

local function live()
  local rt = assert(neap.runtime { cpus = 1 })
  rt:after(20 * neap.s, function() error "no child has ended" end)
  return rt
end

local function run_to_end(rt, count)
  local ends = {}
  return function(...)
    ends[#ends + 1] = { ... }
    if #ends == count then rt:stop() end
  end, ends
end

function TestChildren.test_each_end_is_told_once_with_how_and_code()
  local rt <close> = live()
  local fn, ends = run_to_end(rt, 2)
  local a, to_a = child "exit 3"
  local b, to_b = child "kill -TERM $$"
  local watch = rt:on_child(a, fn)
  same(tostring(watch), "child " .. a)
  luaunit.assertNotNil(rt:on_child(b, fn))
  let_end(to_a)
  rt:after(neap.ms, function() let_end(to_b) end)
  luaunit.assertTrue(rt:run())
  table.sort(ends, function(x) return x[1] == a end)
  same(ends, { { a, "exit", 3 }, { b, "signal", 15 } })
  same(tostring(watch), ("child %d (done)"):format(a))
  luaunit.assertNil((to_a:close())) -- it has been waited for
  to_b:close()
end

function TestChildren.test_no_other_child_is_waited_for()
  local rt <close> = live()
  local fn, ends = run_to_end(rt, 1)
  local a, to_a = child "exit 0"
  local _, other = child "exit 9"
  rt:on_child(a, fn)
  let_end(other)
  let_end(to_a)
  luaunit.assertTrue(rt:run())
  same({ #ends, other:close() }, { 1, nil, "exit", 9 })
  to_a:close()
end

function TestChildren.test_one_that_is_cancelled_is_the_scripts_to_wait_for()
  local rt <close> = live()
  local a, to_a = child "exit 4"
  local watch = rt:on_child(a, error)
  same(watch:cancel(), true)
  check.failed(ENOTFOUND, "no longer watched", watch:cancel())
  local again = rt:on_child(a, error)
  same(rt:on_child(a, nil), true)
  check.failed(ENOTFOUND, "no longer watched", again:cancel())
  let_end(to_a)
  same({ to_a:close() }, { nil, "exit", 4 })
end

function TestChildren.test_another_function_replaces_the_first()
  local rt <close> = live()
  local fn, ends = run_to_end(rt, 1)
  local a, to_a = child "exit 0"
  local first = rt:on_child(a, error)
  local second = rt:on_child(a, fn)
  check.failed(ENOTFOUND, "no longer watched", first:cancel())
  same(tostring(second), "child " .. a)
  let_end(to_a)
  luaunit.assertTrue(rt:run())
  same(ends, { { a, "exit", 0 } })
  to_a:close()
end

function TestChildren.test_it_keeps_the_run_going_until_its_end()
  local rt <close> = assert(neap.runtime { cpus = 1 })
  local told = false
  local a, to_a = child "exit 0"
  rt:on_child(a, function() told = true end)
  let_end(to_a)
  luaunit.assertTrue(rt:run())
  same(told, true)
  to_a:close()
end

function TestChildren.test_what_is_no_child_is_refused()
  local rt <close> = live()
  check.failed(EINVAL, "process 1 is no child of this process", rt:on_child(1, print))
  local a, to_a = child "exit 0"
  to_a:close()
  check.failed(EINVAL, "was waited for", rt:on_child(a, print))
  check.raises("pid: 0 is out of range", rt.on_child, rt, 0, print)
  check.raises("pid", rt.on_child, rt, "self", print)
  check.raises("function expected", rt.on_child, rt, a, "print")
  local b, to_b = child "exit 0"
  local watch = rt:on_child(b, print)
  check.raises("child expected", debug.getmetatable(watch).__index.cancel, rt)
  watch:cancel()
  to_b:close()
end

function TestChildren.test_in_virtual_time_there_are_none()
  local rt <close> = check.runtime()
  local a, to_a = child "exit 0"
  local watch, message = rt:on_child(a, print)
  same({ watch, message }, { nil, "a virtual clock has no children" })
  to_a:close()
end

function TestChildren.test_an_error_in_the_function_stops_the_run()
  local rt <close> = live()
  local a, to_a = child "exit 0"
  local watch = rt:on_child(a, function() error "too bad" end)
  let_end(to_a)
  check.raises("too bad", rt.run, rt)
  check.failed(ENOTFOUND, "no longer watched", watch:cancel())
  to_a:close()
end

function TestChildren.test_a_function_may_watch_the_next_one()
  local rt <close> = live()
  local a, to_a = child "exit 1"
  local b, to_b = child "exit 2"
  local codes = {}
  rt:on_child(a, function(_, _, code)
    codes[1] = code
    rt:on_child(b, function(_, _, last)
      codes[2] = last
      rt:stop()
    end)
    let_end(to_b)
  end)
  let_end(to_a)
  luaunit.assertTrue(rt:run())
  same(codes, { 1, 2 })
  to_a:close()
  to_b:close()
end

-- Lifetimes.

function TestLifetimes.test_a_closed_runtime_tells_nothing_and_leaves_the_child()
  local rt = live()
  local a, to_a = child "exit 5"
  local watch = rt:on_child(a, error)
  rt:close()
  check.raises("the runtime is closed", rt.on_child, rt, a, print)
  check.failed(ENOTFOUND, "no longer watched", watch:cancel())
  same(tostring(watch), ("child %d (done)"):format(a))
  let_end(to_a)
  same({ to_a:close() }, { nil, "exit", 5 })
end

function TestLifetimes.test_what_nobody_holds_is_kept_until_the_end_and_no_longer()
  local rt <close> = live()
  local kept = setmetatable({}, { __mode = "k" })
  local a, to_a = child "exit 0"
  do
    local called = function() rt:stop() end
    kept[called] = true
    kept[rt:on_child(a, called)] = true
  end
  collectgarbage()
  luaunit.assertNotNil(next(kept))
  let_end(to_a)
  luaunit.assertTrue(rt:run())
  collectgarbage()
  luaunit.assertNil(next(kept))
  to_a:close()
end

function TestLifetimes.test_a_runtime_is_collected_with_what_it_watches()
  local gone = setmetatable({}, { __mode = "k" })
  local a, to_a = child "exit 0"
  do
    local rt = assert(neap.runtime { cpus = 1 })
    gone[rt] = true
    rt:on_child(a, function() rt:stop() end)
  end
  collectgarbage()
  collectgarbage()
  luaunit.assertNil(next(gone))
  same({ to_a:close() }, { true, "exit", 0 })
end

check.main()
