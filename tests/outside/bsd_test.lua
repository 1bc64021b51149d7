-- bsd_test.lua - what a build on macOS or a BSD compiles, against what those systems declare.
--
-- Nobody of us has run it there. Here it is compiled, with warnings as errors, and with no
-- header but the compiler's own and those of tests/bsd: they declare what neap uses of each
-- system, as that system does, so what a system lacks is an error, and so is a conversion that
-- its types make. Of the objects is asked which functions they define: a variant that forgets
-- one, or a program that would not link for the want of one of ours, is found.
--
-- ctest timeout: 240
local luaunit = require "luaunit"
local outside = require "outside"
local shell = require "shell"

-- luacheck: globals TestSystems TestVariants
TestSystems, TestVariants = {}, {}

local WARNINGS = "-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes "
  .. "-Wconversion -Wno-unused-parameter -Werror"
local TARGETS = {
  macos = "arm64-apple-macos12", freebsd = "x86_64-unknown-freebsd14.0",
  openbsd = "x86_64-unknown-openbsd", netbsd = "x86_64-unknown-netbsd",
}
local CC = os.getenv "NEAP_CC"
local INCLUDES = "-Iruntime -Iruntime/include"

local function files(pattern)
  local list = {}
  for path in shell.output("ls " .. pattern):gmatch "%S+" do list[#list + 1] = path end
  return list
end

local function is_file(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

-- "os/tick_bsd.c" is of the name "os/tick" and the variant "bsd".
local function split(path)
  local name, variant = path:match "^(.*)_(%l+)%.c$"
  local known = variant == "linux" or variant == "bsd" or variant == "portable" or TARGETS[variant]
  if known then return name, variant end
end

-- As cmake/platform.cmake chooses for `system`.
local function chosen(system, patterns)
  local list, names = {}, {}
  for _, path in ipairs(files(patterns)) do
    local name = split(path)
    if not name then
      list[#list + 1] = path
    elseif not names[name] then
      names[name] = true
      for _, variant in ipairs { system, "bsd", "portable" } do
        local candidate = ("%s_%s.c"):format(name, variant)
        if is_file(candidate) then
          list[#list + 1] = candidate
          break
        end
      end
    end
  end
  return list
end

-- What cmake/platform.cmake defines for a file.
local function definitions(path)
  local _, variant = split(path)
  local defined = '-D_POSIX_C_SOURCE=200809L -DNEAP_VERSION=\'"0"\' -DNEAP_LIBEXECDIR=\'"/"\''
  if variant == "linux" then return defined .. " -D_GNU_SOURCE" end
  if variant == "portable" then return defined .. " -D_XOPEN_SOURCE=700" end
  if not variant then return defined end
  local listed = shell.read("cmake/platform.cmake"):match "set%(neap_of_bsds ([^)]+)%)"
  return defined .. (" " .. listed):gsub("%s+(%S+)", " -D%1")
end

-- Compiles `list` into `directory`, a call of the compiler for those that are compiled alike:
-- `how` is all that goes before the files. Their objects.
local function compile(how, list, directory)
  local alike, objects = {}, {}
  shell.output("mkdir -p " .. shell.quote(directory))
  for _, path in ipairs(list) do
    local folder = path:match "([%w]+)/[^/]+$"
    local key = folder .. "\0" .. definitions(path)
    alike[key] = alike[key] or {}
    table.insert(alike[key], shell.quote(shell.output("realpath " .. path):gsub("\n", "")))
  end
  local root = shell.quote(shell.output("pwd"):gsub("\n", ""))
  for key, paths in pairs(alike) do
    local folder, defined = key:match "^(%w+)%z(.*)$"
    local into = directory .. "/" .. folder
    outside.sh(("mkdir -p %s && cd %s && %s %s %s"):format(shell.quote(into), shell.quote(into),
      how:gsub("@", root), defined, table.concat(paths, " ")))
    objects[#objects + 1] = into
  end
  return objects
end

-- No header but the compiler's and ours.
local function bare(compiler, system)
  local own = outside.sh(compiler .. " -print-file-name=include"):gsub("\n", "")
  return ("%s -std=c11 -ffreestanding -nostdinc %s -isystem @/tests/bsd/%s -isystem "
    .. "@/tests/bsd/posix -isystem %s -I@/runtime -I@/runtime/include"):format(compiler, WARNINGS,
    system, shell.quote(own))
end

local SHARED = { "line", "proc", "table", "fetch" }

local function of_guard(names)
  local list = {}
  for i, name in ipairs(names) do list[i] = ("runtime/guard/%s_*.c"):format(name) end
  return table.concat(list, " ")
end

-- The programs, and the layer that knows systems; what is above it knows none.
local PROGRAMS = {
  guard = "runtime/guard/*.c",
  output = "runtime/output/*.c " .. of_guard(SHARED),
  os = "runtime/os/*.c runtime/guard/wire.c " .. of_guard(SHARED) .. " "
    .. of_guard { "lineage", "reaper" },
}

-- The functions and variables that objects define for others, and those that they ask for.
local function symbols(objects)
  local defined, wanted = {}, {}
  local text = outside.sh("nm -g " .. table.concat(objects, "/*.o ") .. "/*.o")
  for kind, name in text:gmatch "(%u) ([%w_.]+)\n" do
    if kind == "U" then wanted[name] = true else defined[name] = true end
  end
  return defined, wanted
end

-- What the headers of tests/bsd declare.
local function declared(system)
  local list = { _GLOBAL_OFFSET_TABLE_ = true, environ = true }
  local text = shell.output(("cat $(find tests/bsd/posix tests/bsd/%s -name '*.h')"):format(system))
  for name in text:gmatch "([%a_][%w_]*)%(" do list[name] = true end
  for name in text:gmatch "[%a_][%w_]*" do
    if name:find "^stub_" then list[name] = true end
  end
  return list
end

local function check(system)
  local known = declared(system)
  for program, patterns in pairs(PROGRAMS) do
    local directory = shell.file(("%s_%s"):format(system, program), "") .. ".d"
    local objects = compile(bare(CC, system) .. " -c", chosen(system, patterns), directory)
    local defined, wanted = symbols(objects)
    for name in pairs(wanted) do
      luaunit.assertTrue(defined[name] or known[name],
        ("%s: nothing of %s defines %s"):format(system, program, name))
    end
  end
end

-- With the types of the machine itself: its 64-bit integers, its chars. macOS's differ from
-- Linux's: so there everything is compiled, and else what is of the system.
local function check_with_clang(system)
  outside.needs "clang"
  local list = {}
  for _, path in ipairs(chosen(system, "runtime/os/*.c runtime/guard/*.c runtime/output/*.c")) do
    if split(path) or system == "macos" then list[#list + 1] = path end
  end
  compile(("%s -fsyntax-only --target=%s"):format(bare("clang", system), TARGETS[system]), list,
    shell.file("clang_" .. system, "") .. ".d")
end

for system in pairs(TARGETS) do
  TestSystems[("test_%s_compiles_and_leaves_nothing_open"):format(system)] = function()
    check(system)
  end
  TestSystems[("test_%s_compiles_for_its_own_machine"):format(system)] = function()
    check_with_clang(system)
  end
end

local function functions_of(how, path, directory)
  local defined = symbols(compile(how .. " -c", { path }, directory))
  local list = {}
  for name in pairs(defined) do list[#list + 1] = name end
  table.sort(list)
  return list
end

function TestVariants.test_each_has_the_functions_of_its_twin_on_Linux()
  local compared = 0
  for i, path in ipairs(files "runtime/*/*_*.c") do
    local name, variant = split(path)
    local twin = name and name .. "_linux.c"
    if twin and (variant == "bsd" or TARGETS[variant]) and is_file(twin) then
      local system = TARGETS[variant] and variant or "freebsd"
      local directory = shell.file(("twins_%d"):format(i), "") .. ".d"
      luaunit.assertEquals(functions_of(bare(CC, system), path, directory .. "/of_bsd"),
        functions_of(("%s -std=c11 %s"):format(CC, INCLUDES:gsub("%-I", "-I@/")), twin,
          directory .. "/of_linux"), path)
      compared = compared + 1
    end
  end
  luaunit.assertTrue(compared >= 8)
end

-- One that a system has of its own has the same in each.
function TestVariants.test_what_systems_have_of_their_own_they_have_alike()
  for _, name in ipairs { "table" } do
    local first
    for system in pairs(TARGETS) do
      local path = ("runtime/guard/%s_%s.c"):format(name, system)
      local directory = shell.file("alike_" .. system, "") .. ".d"
      local list = functions_of(bare(CC, system), path, directory)
      first = first or list
      luaunit.assertEquals(list, first, path)
    end
  end
end

shell.main()
