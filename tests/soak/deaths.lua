-- deaths.lua - the deaths of tests/cli as often as it takes to believe them: deaths.lua BUILD
--
-- 1,000 times neap is killed, 1,000 times its guard, 300 times both; and how long the last of
-- 100 and of 10,000 held tasks then waits. Ends at the first failure.
local build = "'" .. assert(arg[1], "the build directory") .. "'"

local function run(what, deaths, command)
  print(("== %s, %d times"):format(what, deaths))
  local full = ("NEAP=%s/neap NEAP_GUARD=%s/neap-guard NEAP_TEST_DEATHS=%d "
    .. "LUA_PATH='tests/lua/?.lua;;' %s"):format(build, build, deaths, command)
  if not os.execute(full) then os.exit(1) end
end

run("neap is killed, its guard is killed", 1000, "lua5.4 tests/cli/death_test.lua")
run("both are killed", 300, "lua5.4 tests/cli/rescue_test.lua")
run("neap is killed with 100 held", 100, build .. "/tests/os_guard_free_test")
run("neap is killed with 10,000 held", 3,
  "NEAP_TEST_TASKS=10000 " .. build .. "/tests/os_guard_free_test")
