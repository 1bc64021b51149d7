-- headers_test.lua - the installed headers compile alone and in any order, as C and as C++.
local luaunit = require "luaunit"
local outside = require "outside"
local shell = require "shell"

-- luacheck: globals TestHeaders TestExports
TestHeaders, TestExports = {}, {}

local STRICT = "-fsyntax-only -Iruntime/include -Wall -Wextra -Wpedantic -Wshadow "
  .. "-Wno-unused-parameter -Werror"

local function headers()
  local list = {}
  for name in shell.output("ls runtime/include/neap/*.h"):gmatch "neap/([%w_]+%.h)\n" do
    list[#list + 1] = name
  end
  luaunit.assertTrue(#list >= 9)
  return list
end

local function source(name, list)
  local lines = {}
  for i, header in ipairs(list) do lines[i] = ("#include <neap/%s>\n"):format(header) end
  return shell.file(name, table.concat(lines) .. "int neap_nothing;\n")
end

local function compile(compiler, standard, ending)
  local list, files = headers(), {}
  for i, name in ipairs(list) do
    files[#files + 1] = source(("alone_%d.%s"):format(i, ending), { name })
  end
  files[#files + 1] = source("forwards." .. ending, list)
  local backwards = {}
  for i = #list, 1, -1 do backwards[#backwards + 1] = list[i] end
  files[#files + 1] = source("backwards." .. ending, backwards)
  files[#files + 1] = source("twice." .. ending, { list[1], list[1], list[2], list[1] })
  outside.sh(("%s -std=%s %s %s"):format(compiler, standard, STRICT, table.concat(files, " ")))
end

-- Only the standard: no feature macros of the build's.
function TestHeaders.test_they_are_C11_and_C17()
  compile(os.getenv "NEAP_CC", "c11", "c")
  compile(os.getenv "NEAP_CC", "c17", "c")
end

function TestHeaders.test_they_are_Cpp17()
  if os.getenv "NEAP_CXX" == "" then luaunit.skip "no C++ compiler (Debian: g++)" end
  compile(os.getenv "NEAP_CXX", "c++17", "cpp")
end

function TestHeaders.test_a_policy_can_be_written_in_Cpp()
  if os.getenv "NEAP_CXX" == "" then luaunit.skip "no C++ compiler (Debian: g++)" end
  local file = shell.file("policy.cpp", [[
    #include <neap/plugin.h>
    static neap_policy make()
    {
        neap_policy p = {};
        p.name = "mine";
        return p;
    }
    NEAP_POLICY(mine) = make();
    NEAP_PLUGIN(mine);
  ]])
  outside.sh(("%s -std=c++17 %s %s"):format(os.getenv "NEAP_CXX", STRICT, file))
end

-- The names that `file` defines for others.
local function names(file, option)
  local list = {}
  for name in outside.sh(("nm --defined-only --extern-only %s %s | sed -n 's/.* [A-Z] //p'")
    :format(option, shell.quote(file))):gmatch "%S+" do list[#list + 1] = name end
  return list
end

local APART = { ["lua.h"] = true } -- in an archive of its own

-- What the headers of libneap mark NEAP_API.
local function marked()
  local list = {}
  for _, name in ipairs(headers()) do
    local text = APART[name] and "" or shell.read("runtime/include/neap/" .. name)
    text = text:gsub("/%*.-%*/", ""):gsub("#define.-[^\\]\n", "\n")
    for declaration in text:gmatch "NEAP_API([^;]+);" do
      local called = declaration:match "(neap_[%w_]+)%s*%(" or declaration:match "(neap_[%w_]+)"
      list[called] = true
    end
  end
  return list
end

function TestExports.test_the_library_exports_what_the_headers_declare_and_nothing_else()
  local said, found = marked(), {}
  for _, name in ipairs(names(os.getenv "NEAP_BUILD" .. "/libneap.so", "-D")) do
    luaunit.assertTrue(said[name], name .. " is exported but in no header")
    found[name] = true
  end
  for name in pairs(said) do luaunit.assertTrue(found[name], name .. " is not exported") end
end

function TestExports.test_the_module_exports_its_door_only()
  luaunit.assertEquals(names(os.getenv "NEAP_BUILD" .. "/neap.so", "-D"), { "luaopen_neap" })
end

-- What is linked with an archive shares its names with a host.
function TestExports.test_the_archives_have_names_of_their_own_only()
  for _, name in ipairs(names(os.getenv "NEAP_BUILD" .. "/libneap.a", "")) do
    luaunit.assertStrMatches(name, "neap_.*")
  end
  for _, name in ipairs(names(os.getenv "NEAP_BUILD" .. "/libneap-lua.a", "")) do
    if name ~= "luaopen_neap" then luaunit.assertStrMatches(name, "neap_.*") end
  end
end

function TestExports.test_the_library_says_which_version_of_its_interface_it_is()
  local facts = outside.sh(("objdump -p %s/libneap.so"):format(shell.quote(os.getenv "NEAP_BUILD")))
  luaunit.assertStrContains(facts, "SONAME               libneap.so.0\n")
end

shell.main()
