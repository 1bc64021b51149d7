-- deb_test.lua - the Debian packages: what is in them, what they need, and that they work.
-- ctest labels: process
-- ctest timeout: 180
local luaunit = require "luaunit"
local outside = require "outside"
local shell = require "shell"

-- luacheck: globals TestPackages
TestPackages = {}

outside.file_needs({ "dpkg-deb", "dpkg" }, { "dpkg-shlibdeps", "dpkg-dev" }, { "file", "file" })

local same, quote = luaunit.assertEquals, shell.quote

local folder, root -- of the packages, and of what is in them

local function make()
  if folder then return end
  folder, root = shell.path "debs", shell.path "root"
  outside.sh(("cd %s && %s -B %s"):format(quote(os.getenv "NEAP_BUILD"),
    quote(os.getenv "NEAP_CPACK"), quote(folder)), 150)
  for _, name in ipairs { "neap", "libneap-dev", "lua-neap" } do
    outside.sh(("dpkg-deb -x %s/%s_*.deb %s"):format(folder, name, root))
  end
end

local function field(name, which)
  make()
  return (outside.sh(("dpkg-deb -f %s/%s_*.deb %s"):format(folder, name, which))
    :gsub("\n$", ""))
end

local function has(name, ...)
  make()
  local list = outside.sh(("dpkg-deb -c %s/%s_*.deb"):format(folder, name))
  for _, path in ipairs { ... } do luaunit.assertStrContains(list, " ./usr/" .. path) end
  return list
end

function TestPackages.test_the_program_its_library_and_its_guard_are_one()
  local list = has("neap", "bin/neap\n", "libexec/neap/neap-guard\n", "libexec/neap/neap-output\n",
    "share/neap/types/rt.lua\n", "share/neap/policies/fair.c\n", "share/doc/neap/LICENSE\n")
  luaunit.assertStrContains(list, "/libneap.so.0 -> libneap.so." .. outside.version)
  luaunit.assertNotStrContains(list, "libneap.so ")
  luaunit.assertNotStrContains(list, "include/")
  local needs = field("neap", "Depends")
  for _, package in ipairs { "libc6 (>= ", "libev4", "liblua5.4-0", "lua-argparse", "lua-cjson" } do
    luaunit.assertStrContains(needs, package)
  end
end

function TestPackages.test_the_repl_edits_its_lines_where_recommended_packages_are_installed()
  same(field("neap", "Recommends"), "lua-readline")
end

-- An address that could be somebody's is not ours to give.
function TestPackages.test_the_maintainer_has_an_address_that_is_nobodys()
  for _, name in ipairs { "neap", "libneap-dev", "lua-neap" } do
    same(field(name, "Maintainer"), "the neap authors <neap@neap.invalid>")
    same(field(name, "Homepage"), "")
  end
end

function TestPackages.test_what_C_programs_need_is_another()
  has("libneap-dev", "include/neap/neap.h\n", "include/neap/plugin.h\n")
  local list = has "libneap-dev"
  for _, name in ipairs { "/libneap.so ->", "/libneap.a\n", "/pkgconfig/neap.pc\n",
    "/libneap-lua.a\n", "/pkgconfig/neap-lua.pc\n", "/cmake/neap/neap-config.cmake\n" } do
    luaunit.assertStrContains(list, name)
  end
  same(field("libneap-dev", "Depends"), ("neap (= %s), libev-dev"):format(outside.version))
  same(field("libneap-dev", "Suggests"), "liblua5.4-dev") -- of the host's scripts
end

function TestPackages.test_what_Lua_needs_is_the_third()
  luaunit.assertStrContains(has "lua-neap", "/lua/5.4/neap.so\n")
  local needs = field("lua-neap", "Depends")
  luaunit.assertStrContains(needs, ("neap (= %s), lua5.4"):format(outside.version))
  luaunit.assertNotStrContains(needs, "liblua")
end

function TestPackages.test_what_is_in_them_works()
  make()
  local facts = outside.output({}, root .. "/usr/bin/neap", "doctor")
  luaunit.assertStrContains(facts, root .. "/usr/bin/../libexec/neap/neap-guard")
  same(outside.output({}, root .. "/usr/bin/neap", "run", "--", "echo", "hello"), "hello\n")
  local module = outside.sh("find " .. root .. " -path '*/lua/5.4/neap.so'"):match "^(.*)neap%.so"
  same(outside.output({ "LUA_CPATH=" .. module .. "?.so" }, "lua5.4", "-e",
    "local rt <close> = require'neap'.runtime{} print(rt:spawn{'true'}.name)"), "true\n")
end

shell.main()
