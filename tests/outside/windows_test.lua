-- windows_test.lua - virtual tasks without processes: here, and on Windows, under wine.
-- ctest labels: process
-- ctest timeout: 600
--
-- tests/windows/figures.c simulates, records and replays. Linked with all of neap it says what is
-- right; from the other builds each byte must be the same.
local luaunit = require "luaunit"
local outside = require "outside"
local shell = require "shell"

-- luacheck: globals TestVirtual TestWindows
TestVirtual, TestWindows = {}, {}

local same, quote = luaunit.assertEquals, shell.quote

local build = os.getenv "NEAP_BUILD"
local wine_folder = "/usr/lib/wine/" -- Debian's wine64 has no program in PATH
local wine_dlls = "/usr/lib/x86_64-linux-gnu/wine/x86_64-windows"
local MINGW = "x86_64-w64-mingw32-gcc"
local REFUSED = [[
live: processes cannot be started %s: only virtual tasks
spawn: processes cannot be started %s: only virtual tasks
attach: processes cannot be attached %s: only virtual tasks
plug-in: policies are not loaded from files %s: only virtual tasks
add: done
signal: done
run: done
]]

-- A build of its own, kept between runs; returns its program `figures`.
local function built(name, options)
  local folder = build .. "/" .. name
  local cmake = quote(os.getenv "NEAP_CMAKE")
  outside.sh(("%s -S . -B %s -G Ninja -DNEAP_WERROR=ON %s && %s --build %s -j2"):format(cmake,
    quote(folder), options, cmake, quote(folder)), 400)
  return folder .. "/tests/windows/figures"
end

-- Runs lines of `figures` in a folder of the tests; returns what it wrote to each file.
local function figures(name, command, calls)
  local folder, files = shell.path(name), {}
  outside.sh("mkdir -p " .. quote(folder))
  for _, call in ipairs(calls) do
    outside.sh(("cd %s && %s %s"):format(quote(folder), command, call), 120)
    for file in call:gmatch "%S+" do files[file] = shell.read(folder .. "/" .. file) end
  end
  return files
end

-- What the whole library says; and its record.
local whole

local function compare(name, command, where)
  whole = whole or figures("whole", quote(build .. "/tests/windows/figures"),
    { "simulate figures record", "replay events record" })
  luaunit.assertStrContains(whole.events, "difference none\n")
  local here = figures(name, command, { "simulate figures record" })
  same(here.figures, whole.figures)
  luaunit.assertTrue(here.record == whole.record, "the records differ")
  shell.file(name .. "/theirs", whole.record)
  same(figures(name, command, { "replay events theirs" }).events, whole.events)
  same(figures(name, command, { "refuse refused" }).refused, (REFUSED:gsub("%%s", where)))
end

local function built_here()
  return built("virtual", "-DNEAP_VIRTUAL=ON -DNEAP_LUA=ON -DCMAKE_C_COMPILER=" ..
    quote(os.getenv "NEAP_CC"))
end

function TestVirtual.test_without_processes_figures_and_records_are_the_same()
  compare("virtual", quote(built_here()), "by a build with NEAP_VIRTUAL")
end

-- What simulations and policies in Lua promise, by a module without processes.
local SUITES = { "sim/simulate", "sim/textbook", "policies/tiny" }

local function keep_promises(lua, environment)
  for _, suite in ipairs(SUITES) do
    outside.sh(("%s %s tests/lua/%s_test.lua"):format(environment, lua, suite), 120)
  end
end

function TestVirtual.test_policies_in_Lua_keep_their_promises()
  local folder = built_here():match "^(.*)/tests/windows/figures$"
  luaunit.assertNotStrContains(outside.sh("objdump -p " .. quote(folder .. "/neap.so")), "libev")
  keep_promises("lua5.4", "LUA_CPATH=" .. quote(folder .. "/?.so"))
end

function TestWindows.test_it_builds_with_mingw()
  outside.needs(MINGW, "gcc-mingw-w64-x86-64")
  local program = built("windows", "--toolchain cmake/mingw.cmake") .. ".exe"
  luaunit.assertStrContains(outside.sh("file -b " .. quote(program)), "PE32+ executable")
end

local function wine()
  for _, program in ipairs { wine_folder .. "wine64", "wine64", "wine" } do
    if outside.has(program) then return program end
  end
  luaunit.skip("wine is not installed (Debian: wine64)")
end

-- An own Windows below the tests' folder. Wine would copy 700 MB into it: Debian's libraries are
-- used where they are. Its server, which is this prefix's alone, ends with the program.
local function under_wine(program, name)
  local loader, prefix = wine(), shell.path "wine"
  if outside.exists(wine_dlls .. "/kernel32.dll") then
    outside.sh(("mkdir -p %s/drive_c/windows && ln -sfn %s %s/drive_c/windows/system32 && "
      .. "echo disable >%s/.update-timestamp"):format(quote(prefix), wine_dlls, quote(prefix),
      quote(prefix)))
  end
  local script = shell.file(name, ([[
    export WINEPREFIX=%s WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
    PATH=$PATH:%s
    %s %s "$@"
    code=$?
    server=$(command -v wineserver64 || command -v wineserver) && { $server -k; $server -w; }
    exit $code
  ]]):format(quote(prefix), wine_folder, loader, quote(program)))
  return "sh " .. quote(script)
end

function TestWindows.test_under_wine_figures_and_records_are_the_same()
  outside.needs(MINGW, "gcc-mingw-w64-x86-64")
  wine()
  local program = built("windows", "--toolchain cmake/mingw.cmake") .. ".exe"
  compare("windows", under_wine(program, "figures.sh"), "on Windows")
end

-- NEAP_WINDOWS_LUA: the folder where Lua 5.4 was made by `make mingw`, with its headers, lua.exe
-- and lua54.dll.
function TestWindows.test_under_wine_policies_in_Lua_keep_their_promises()
  local lua = os.getenv "NEAP_WINDOWS_LUA"
  luaunit.skipIf(not lua, "NEAP_WINDOWS_LUA is not set: Debian has no Lua for mingw-w64")
  outside.needs(MINGW, "gcc-mingw-w64-x86-64")
  wine()
  built("windows-lua", ("--toolchain cmake/mingw.cmake -DNEAP_LUA=ON -DLUA_INCLUDE_DIR=%s "
    .. "-DLUA_LIBRARY=%s"):format(quote(lua), quote(lua .. "/lua54.dll")))
  local module = build .. "/windows-lua/?.dll"
  keep_promises(under_wine(lua .. "/lua.exe", "lua.sh"), ("LUA_PATH=%s LUA_CPATH=%s"):format(
    quote "Z:/usr/share/lua/5.4/?.lua;tests/lua/?.lua", quote("Z:" .. module)))
end

shell.main()
