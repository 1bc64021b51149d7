-- outside.lua - the build as a stranger sees it: installed, and used by programs of his own.
local luaunit = require "luaunit"
local shell = require "shell"

local outside = {}

local quote = shell.quote

outside.version = os.getenv "NEAP_VERSION" -- that of the build

-- What tests/outside/project/user.c writes.
outside.ran = ("neap %s: exit 7\n"):format(outside.version)

-- Runs a line of sh to its end, which must be a good one; returns what it wrote.
function outside.sh(line, seconds)
  local answer = shell.run { "sh", "-c", line, deadline = seconds or 60 }
  luaunit.assertEquals(answer.code, 0, line .. "\n" .. answer.out .. answer.err)
  return answer.out
end

function outside.has(program)
  return os.execute("command -v " .. program .. " >/dev/null 2>&1") == true
end

function outside.exists(path)
  local file = io.open(path)
  return file and file:close()
end

-- Skips the test unless there is such a program.
function outside.needs(program, package)
  if outside.has(program) then return end
  luaunit.skip(("%s is not installed (Debian: %s)"):format(program, package or program))
end

-- The whole file is skipped unless there are such programs: { program, its package in Debian }.
function outside.file_needs(...)
  for _, need in ipairs { ... } do
    if not outside.has(need[1]) then
      print(("skipped: %s is not installed (Debian: %s)"):format(need[1], need[2]))
      os.exit(77)
    end
  end
end

-- Installs the build below a new folder, whose name has a space; returns the prefix.
function outside.install(name, component)
  local prefix = shell.path(name .. " tree")
  outside.sh(("%s --install %s --prefix %s %s"):format(quote(os.getenv "NEAP_CMAKE"),
    quote(os.getenv "NEAP_BUILD"), quote(prefix), component and "--component " .. component or ""))
  return prefix
end

-- Runs a program, with `env` (a list of NAME=value) and its words, and nothing of neap's in
-- the environment but that.
function outside.run(env, ...)
  local words = { "env", "-u", "NEAP_GUARD", "-u", "LUA_PATH", "-u", "LUA_CPATH" }
  for _, word in ipairs(env) do words[#words + 1] = word end
  for _, word in ipairs { ... } do words[#words + 1] = word end
  return shell.run(words)
end

-- The same, and it must end well; returns what it wrote.
function outside.output(env, ...)
  local answer = outside.run(env, ...)
  luaunit.assertEquals(answer.code, 0, answer.err)
  return answer.out
end

return outside
