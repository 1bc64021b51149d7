-- install_test.lua - installed, below a path with a space: programs are built and find the guard.
-- ctest labels: process
-- ctest timeout: 240
local luaunit = require "luaunit"
local outside = require "outside"
local shell = require "shell"

-- luacheck: globals TestInstalled TestGuard
TestInstalled, TestGuard = {}, {}

local same, quote = luaunit.assertEquals, shell.quote
local RAN = outside.ran

local prefix -- of one installation, which no test changes

local function installed()
  prefix = prefix or outside.install "installed"
  return prefix
end

-- Builds user.c; returns the program's path. What pkg-config says is words for a shell, where
-- a space has a backslash before it.
local function by_pkg_config(tree, name)
  local program = shell.path(name)
  outside.sh(([[
    export PKG_CONFIG_PATH=%s/lib/pkgconfig OUT=%s
    pkg-config --exact-version="$NEAP_VERSION" neap &&
    eval "$NEAP_CC -o \"\$OUT\" tests/outside/project/user.c $(pkg-config --cflags --libs neap)"]])
    :format(quote(tree), quote(program)))
  return program
end

-- What examples/lua_in_c.c writes, in some order.
local function assert_host_ran(output)
  for _, line in ipairs { "script: of the script: exit 3\n", "script: exit 3\n",
    "told to the host", "script: of the host: exit 0\n" } do
    luaunit.assertStrContains(output, line)
  end
end

local function here(tree)
  return "LD_LIBRARY_PATH=" .. tree .. "/lib"
end

local function copy(tree, name)
  local path = shell.path(name)
  outside.sh(("cp -a %s %s"):format(quote(tree), quote(path)))
  return path
end

function TestInstalled.test_it_is_where_GNU_says()
  local tree = installed()
  for _, path in ipairs {
    "bin/neap", "lib/libneap.so", "lib/libneap.so." .. outside.version, "lib/libneap.a",
    "lib/libneap-lua.a", "lib/pkgconfig/neap-lua.pc", "include/neap/lua.h",
    "lib/lua/5.4/neap.so", "lib/pkgconfig/neap.pc", "lib/cmake/neap/neap-config.cmake",
    "libexec/neap/neap-guard", "libexec/neap/neap-output", "include/neap/neap.h",
    "share/neap/types/neap.lua", "share/neap/policies/lottery.lua", "share/doc/neap/LICENSE",
  } do
    luaunit.assertTrue(outside.exists(tree .. "/" .. path), path)
  end
end

function TestInstalled.test_a_program_is_built_by_pkg_config()
  outside.needs "pkg-config"
  local tree = installed()
  same(outside.output({ here(tree) }, by_pkg_config(tree, "by_pkg_config")), RAN)
end

function TestInstalled.test_programs_are_built_by_find_package_of_either_library()
  local tree, built = installed(), shell.path("found build")
  outside.sh(("%s -S tests/outside/project -B %s -DCMAKE_PREFIX_PATH=%s && %s --build %s")
    :format(quote(os.getenv "NEAP_CMAKE"), quote(built), quote(tree),
      quote(os.getenv "NEAP_CMAKE"), quote(built)), 120)
  same(shell.read(built .. "/guard"), tree .. "/libexec/neap/neap-guard")
  same(outside.output({}, built .. "/by_shared"), RAN)
  same(outside.output({}, built .. "/by_static", shell.read(built .. "/guard")), RAN)
  luaunit.assertNotStrContains(outside.sh(("ldd %s"):format(quote(built .. "/by_static"))),
    "libneap")
end

function TestInstalled.test_a_host_of_scripts_is_built_by_pkg_config()
  outside.needs "pkg-config"
  local tree, program = installed(), shell.path "host by pkg-config"
  outside.sh(([[
    export PKG_CONFIG_PATH=%s/lib/pkgconfig OUT=%s
    eval "$NEAP_CC -o \"\$OUT\" examples/lua_in_c.c $(pkg-config --cflags --libs neap-lua lua5.4)"
  ]]):format(quote(tree), quote(program)))
  assert_host_ran(outside.output({ here(tree) }, program))
end

function TestInstalled.test_a_host_of_scripts_is_built_by_find_package()
  local tree, built = installed(), shell.path("host build")
  outside.sh(("%s -S tests/outside/host -B %s -DCMAKE_PREFIX_PATH=%s "
    .. "-DSOURCE=\"$PWD/examples/lua_in_c.c\" && %s --build %s"):format(
      quote(os.getenv "NEAP_CMAKE"), quote(built), quote(tree), quote(os.getenv "NEAP_CMAKE"),
      quote(built)), 120)
  assert_host_ran(outside.output({}, built .. "/host"))
end

function TestInstalled.test_the_module_is_required_by_plain_lua()
  local tree = installed()
  same(outside.output({ "LUA_CPATH=" .. tree .. "/lib/lua/5.4/?.so" }, "lua5.4", "-e", [[
    local neap = require "neap"
    local rt <close> = neap.runtime {}
    local task = assert(rt:spawn { "sh", "-c", "exit 7" })
    rt:on("exit", function(_, how, code) print(how, code) end)
    rt:run()]]), "exit\t7\n")
end

function TestInstalled.test_the_module_links_neither_Lua_nor_the_library()
  local needed = outside.sh(("objdump -p %s | grep NEEDED")
    :format(quote(installed() .. "/lib/lua/5.4/neap.so")))
  luaunit.assertStrContains(needed, "libev")
  luaunit.assertNotStrContains(needed, "liblua")
  luaunit.assertNotStrContains(needed, "libneap")
end

function TestInstalled.test_the_program_runs()
  same(outside.output({}, installed() .. "/bin/neap", "run", "--", "echo", "hello"), "hello\n")
  same(outside.run({}, installed() .. "/bin/neap", "doctor").code, 0)
end

function TestInstalled.test_a_plug_in_is_built_as_its_manual_says()
  outside.needs "pkg-config"
  local tree, object = installed(), shell.path "own policy.so"
  outside.sh(([[
    export PKG_CONFIG_PATH=%s/lib/pkgconfig OUT=%s
    set -- -shared -fPIC -o "$OUT" examples/own_policy_plugin.c
    eval "$NEAP_CC \"\$@\" $(pkg-config --cflags neap)"
  ]]):format(quote(tree), quote(object)))
  same(outside.output({}, tree .. "/bin/neap", "run", "-p", object, "--", "echo", "hi"), "hi\n")
end

function TestInstalled.test_the_types_of_the_API_are_found_when_the_tree_is_moved()
  local tree = copy(installed(), "moved types")
  outside.sh(("mkdir %s/new && cd %s/new && ../bin/neap policy new mine"):format(quote(tree),
    quote(tree)))
  luaunit.assertStrContains(shell.read(tree .. "/new/.luarc.json"), tree .. "/share/neap/types")
end

-- Where the guard is.

function TestGuard.test_it_is_found_in_the_build_tree()
  same(outside.output({}, os.getenv "NEAP", "run", "--", "echo", "hello"), "hello\n")
end

function TestGuard.test_it_is_found_when_the_tree_is_moved()
  local tree = copy(installed(), "moved away")
  local program = by_pkg_config(tree, "by_moved") -- neap.pc has moved, too
  same(outside.output({ here(tree) }, program), RAN)
  same(outside.output({}, tree .. "/bin/neap", "run", "--", "echo", "hello"), "hello\n")
  local facts = outside.output({}, tree .. "/bin/neap", "doctor")
  luaunit.assertStrContains(facts, tree)
end

function TestGuard.test_it_is_found_from_the_folder_of_an_architecture()
  local tree = copy(installed(), "multiarch")
  outside.sh(("cd %s && mkdir lib/some-cpu && mv lib/libneap* lib/lua lib/some-cpu/")
    :format(quote(tree)))
  local program = by_pkg_config(installed(), "by_multiarch")
  same(outside.output({ here(tree) .. "/some-cpu" }, program), RAN)
  local module = tree .. "/lib/some-cpu/lua/5.4/?.so"
  same(outside.output({ "LUA_CPATH=" .. module }, "lua5.4", "-e",
    "print(require'neap'.runtime{}:spawn { 'true' } ~= nil)"), "true\n")
end

local function without_guard()
  if outside.exists "/usr/local/libexec/neap/neap-guard" then
    luaunit.skip "neap is installed in /usr/local, where the guard is found at last"
  end
  local tree = copy(installed(), "bare" .. math.random(1 << 30))
  outside.sh(("rm %s/libexec/neap/neap-guard"):format(quote(tree)))
  return tree, by_pkg_config(installed(), "by_bare")
end

function TestGuard.test_it_is_found_by_option_and_by_NEAP_GUARD()
  local tree, program = without_guard()
  local guard = os.getenv("NEAP_BUILD") .. "/neap-guard"
  same(outside.output({ here(tree) }, program, guard), RAN)
  same(outside.output({ here(tree), "NEAP_GUARD=" .. guard }, program), RAN)
end

function TestGuard.test_one_that_is_missing_is_a_clear_error()
  local tree, program = without_guard()
  local answer = outside.run({ here(tree) }, program)
  same({ answer.code, answer.out }, { 1, "" })
  shell.assert_contains(answer.err, ("cannot find the guard program neap-guard: not in %s/lib, "
    .. "nor in libexec/neap of its prefix, nor in /"):format(tree))
  shell.assert_contains(answer.err, ": set NEAP_GUARD to its path\n")
  answer = outside.run({ here(tree) }, program, "/no/guard")
  shell.assert_contains(answer.err, 'cannot run the guard "/no/guard": No such file')
  answer = outside.run({ here(tree), "NEAP_GUARD=/bin/true" }, program)
  shell.assert_contains(answer.err, 'cannot start the guard "/bin/true": it is not a guard of this')
end

shell.main()
