-- layers.lua - every file includes only what its layer may know: layers.lua ROOT
--
-- The rules are those of docs/ARCHITECTURE.md. What a layer may call is checked by the linker
-- (tests/CMakeLists.txt), what it may name is checked here; and that every file says what it is.

local root = assert(arg[1], "the root of the sources")

local iso = {}
for name in ([[assert ctype errno float inttypes limits math stdalign stdarg stdbool stddef
  stdint stdio stdlib string]]):gmatch("%a+") do
  iso["<" .. name .. ".h>"] = true
end

local public = {
  ["<neap/neap.h>"] = true, ["<neap/policy.h>"] = true,
  ["<neap/task.h>"] = true, ["<neap/error.h>"] = true,
  ["<neap/facts.h>"] = true,
  ["<neap/plugin.h>"] = true,
  ["<neap/limits.h>"] = true,
  ["<neap/options.h>"] = true, ["<neap/events.h>"] = true,
  ["<neap/lua.h>"] = true,
  ["<neap/trace.h>"] = true,
  ["<neap/meter.h>"] = true,
  ["<neap/sim.h>"] = true,
}

local function is_neap(include)
  return include:find("^<neap/") or include:find('^"%l+/') or include:find("runtime/")
end

-- A header that stands in the file's own folder, by whichever of its names.
local function is_own(include, folder)
  local path = include:match('^"(.*)"$')
  local name = path and path:match("([^/]+)$")
  local file = name and io.open(("%s/%s/%s"):format(root, folder, name))
  if not file then return false end
  file:close()
  return path == name or path == folder:match("[^/]+$") .. "/" .. name
end

local function is_system(include)
  return include:find("^<") and not is_neap(include)
end

-- folder -> may a file of it include this?
local rules = {
  ["runtime/include/neap"] = function(include)
    return public[include] or iso[include]
  end,
  ["runtime/core"] = function(include, folder)
    return public[include] or iso[include] or is_own(include, folder)
  end,
  ["runtime/trace"] = function(include, folder)
    return public[include] or iso[include] or include == '"core/event.h"'
      or is_own(include, folder)
  end,
  ["policies"] = function(include)
    return include == "<neap/policy.h>" or iso[include]
  end,
  ["runtime/os"] = function(include, folder)
    return include == "<neap/task.h>" or include == "<neap/error.h>"
      or include == "<neap/facts.h>"
      or include:find('^"guard/') or include:find('^"output/')
      or is_own(include, folder) or is_system(include)
  end,
  ["runtime/guard"] = function(include, folder)
    return is_own(include, folder) or is_system(include)
  end,
  ["runtime/output"] = function(include, folder)
    return include == '"guard/proc.h"' or include == '"guard/line.h"'
      or is_own(include, folder) or is_system(include)
  end,
  ["runtime/loop"] = function(include, folder)
    return public[include] or is_own(include, folder) or is_system(include)
      or include:find('^"core/') or include:find('^"os/') or include == '"trace/trace.h"'
  end,
  ["runtime/virtual"] = function(include, folder)
    return public[include] or iso[include] or include:find('^"loop/') or include == '"core/text.h"'
      or is_own(include, folder)
  end,
  ["runtime/windows"] = function(include, folder)
    return include == '"core/lines.h"' or is_own(include, folder) or is_system(include)
  end,
  ["lua/windows"] = function(include)
    return include == '"neap_lua.h"' or is_system(include)
  end,
  ["runtime/sim"] = function(include, folder)
    return public[include] or iso[include] or is_own(include, folder)
  end,
  ["lua"] = function(include, folder)
    return public[include] or is_own(include, folder) or is_system(include)
  end,
  ["examples"] = function(include)
    return public[include] or is_system(include)
  end,
}

local function lines_of(command)
  local pipe <close> = assert(io.popen(command))
  local lines = {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  return lines
end

local complaints = {}

local function complain(path, line, what)
  complaints[#complaints + 1] = ("%s:%d: %s"):format(path, line, what)
end

local function check_includes(path, folder)
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    local include = line:match('^%s*#%s*include%s*([<"][^>"]+[>"])')
    if include and not rules[folder](include, folder) then
      complain(path, number, ("%s must not include %s"):format(folder, include))
    end
  end
end

local function check_first_line(path)
  local name = path:match("[^/]+$")
  if not (io.lines(path)() or ""):find(name .. " - ", 1, true) then
    complain(path, 1, ("must begin with `%s - what it is`"):format(name))
  end
end

for folder in pairs(rules) do
  for _, path in ipairs(lines_of(("ls -d '%s/%s'/*.[ch]"):format(root, folder))) do
    check_includes(path, folder)
  end
end
local sources = lines_of(("cd '%s' && find runtime policies lua examples tests bench cmake "
  .. "-name '*.[ch]' -o -name '*.lua'"):format(root))
for _, path in ipairs(sources) do check_first_line(root .. "/" .. path) end

table.sort(complaints)
for _, complaint in ipairs(complaints) do print(complaint) end
print(("%d files, %d complaints"):format(#sources, #complaints))
os.exit(#sources > 0 and #complaints == 0)
