-- thorough.lua - what tests/cli does of a sample, in full: thorough.lua BUILD
--
-- Every call that can fail, one after the other; 100,000 jobs beside canaries; a gigabyte of
-- output; ten thousand idle tasks beside a hundred busy ones, with ever fewer descriptors. Ends at
-- the first failure.
local build = "'" .. assert(arg[1], "the build directory") .. "'"

local ENV = ("NEAP=%s/neap NEAP_GUARD=%s/neap-guard NEAP_TEST_PROGRAMS=%s/tests/programs "
  .. "NEAP_TEST_FAULTS=%s/tests/faults LUA_PATH='tests/lua/?.lua;;'"):gsub("%%s", build)

local function run(what, command)
  print("== " .. what)
  if not os.execute(ENV .. " " .. command) then os.exit(1) end
end

run("each call fails, once and for good", "NEAP_TEST_ALL=1 lua5.4 tests/cli/faults_test.lua")
run("100,000 jobs beside canaries", "NEAP_TEST_JOBS=100000 lua5.4 tests/cli/canary_test.lua")
run("a gigabyte of output, and nowhere to put it", "lua5.4 tests/soak/gigabyte.lua")
for _, most in ipairs { 100000, 20000, 4096 } do
  run(("10,000 idle tasks and 100 busy ones, %d descriptors"):format(most),
    ("prlimit --nofile=%d:%d %s/neap tests/soak/many.lua"):format(most, most, build))
end
