-- template.lua - the files that `neap policy new` writes.
local paths = require "neap.paths"

local template = {}

local POLICY = [[
-- NAME.lua - what it is for, in one clause.
--
-- Every hook is optional; those that are not here are the ones of BASE. What else there is:
-- `neap policy show NAME.lua`, docs/POLICIES.md.
local neap = require "neap"

---@class NAME: neap.policy
local policy = neap.policy {
  name = "NAME",
  summary = "when to choose it, in one line",
  base = "BASE",
  patience = 50 * neap.ms, -- a parameter: neap run -p NAME.lua -s patience=20ms
}

-- How long may `task` run now, in ns? Here: those who have hardly run get short turns, so that
-- short jobs answer soon.
function policy:slice(task)
  local turn = self.base:slice(task)
  return task.cpu_ns < self.patience and turn // 2 or turn
end

-- What `task:explain()` and the state (Ctrl-\) say of a task.
function policy:explain(task)
  return task.cpu_ns < self.patience and "young" or "grown up"
end

return policy
]]

local TEST = [[
-- NAME_test.lua - what NAME.lua promises, in virtual time: neap NAME_test.lua
local neap = require "neap"

local rt <close> = assert(neap.runtime { clock = "virtual", cpus = 1, policy = "NAME.lua" })
rt:on("error", function(report) error(report.message) end)

local a = rt:task { name = "a", weight = 100 }
local b = rt:task { name = "b", weight = 300 }
assert(rt:run(10 * neap.s))

local part = b.cpu_ns / (a.cpu_ns + b.cpu_ns)
assert(math.abs(part - 0.75) < 0.01, ("b has %.3f of the cpu, expected 0.75"):format(part))
print "NAME does what it promises"
]]

local LUARC = [[
{
  "runtime.version": "Lua 5.4",
  "workspace.library": [LIBRARY],
  "diagnostics.globals": []
}
]]

-- Where the types are, and where they usually are: who reads the file may have another neap.
local function library()
  local list, seen = {}, {}
  for _, path in ipairs { paths.types, "/usr/local/share/neap/types", "/usr/share/neap/types" } do
    if not seen[path] then list[#list + 1] = ("%q"):format(path) end
    seen[path] = true
  end
  return table.concat(list, ", ")
end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

local function write(path, text)
  local file, problem = io.open(path, "w")
  if not file then return nil, problem end
  local ok, why = file:write(text)
  if not file:close() or not ok then return nil, why or "cannot write " .. path end
  return true
end

-- Writes NAME.lua, NAME_test.lua and, where there is none, .luarc.json into the working directory.
-- Returns the list of files, or nil and a message; a file that is there is not touched.
function template.write(name, base)
  name = name:gsub("%.lua$", "")
  if not name:find("^[%a_][%w_-]*$") then
    return nil, ("%q is no name for a policy: letters, digits, _ and - only"):format(name)
  end
  local function fill(text) return (text:gsub("NAME", name):gsub("BASE", base)) end
  local files = { { name .. ".lua", fill(POLICY) }, { name .. "_test.lua", fill(TEST) } }
  for _, file in ipairs(files) do
    if exists(file[1]) then return nil, file[1] .. " is there already: choose another name" end
  end
  if not exists ".luarc.json" then
    files[3] = { ".luarc.json", (LUARC:gsub("LIBRARY", library)) }
  end
  local written = {}
  for i, file in ipairs(files) do
    local ok, problem = write(file[1], file[2])
    if not ok then return nil, problem end
    written[i] = file[1]
  end
  return written
end

return template
