-- jobs.lua - reads job files; every job is checked before anything starts.
--
-- Text: one shell command per line; blank lines and lines that begin with # are skipped.
-- Lua (the name ends in .lua): a chunk that returns a list of jobs.
-- Both give a list of job tables as rt:spawn takes them, but with `deadline` counted from the
-- start of the run. What is wrong is nil and a message that names the file and the place.
local neap = require "neap"
local values = require "neap.values"

local jobs = {}

local shown, text, whole = values.shown, values.text, values.whole
local duration = values.duration

local EXEC = "exec "
local MAX_LINE = 128 * 1024 - 1 - #EXEC -- Linux takes 128 KiB as one argument of a program

-- Words that a shell knows itself: exec would not find them.
local OF_THE_SHELL = {}
for word in ([[. : alias bg bind break builtin case cd chdir command continue coproc declare
  dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for
  function getopts hash help history if in jobs kill let local logout mapfile popd printf
  pushd pwd read readarray readonly return select set shift shopt source suspend test then
  time times trap true type typeset ulimit umask unalias unset until wait while]]):gmatch("%S+") do
  OF_THE_SHELL[word] = true
end

local OUTPUTS = { inherit = true, tag = true, group = true, files = true, null = true }

-- Checks of one value, as those of neap.values.

local function environment(value)
  local wanted = 'a table of texts like { LANG = "C" }'
  if type(value) ~= "table" then return nil, wanted end
  for name, setting in pairs(value) do
    local good = text(name) and not name:find("=", 1, true) and type(setting) == "string"
    if not good or setting:find("\0", 1, true) then return nil, wanted end
  end
  return value
end

local function output(value)
  if OUTPUTS[value] then return value end
  return nil, '"inherit", "tag", "group", "files" or "null"'
end

local function boolean(value)
  if type(value) == "boolean" then return value end
  return nil, "true or false"
end

local CHECKS = {
  name = text,
  priority = whole(0, 10),
  weight = whole(1, 10000),
  estimate = duration,
  deadline = duration,
  period = duration,
  group = whole(0, math.maxinteger),
  cwd = text,
  clean_env = boolean,
  timeout = duration,
  may_be_late = boolean,
  env = environment,
  output = output,
  output_dir = text,
  data = function(value) return value end,
}

for _, name in ipairs(neap.limits) do
  CHECKS[name] = function(value)
    local ok, problem = pcall(neap.limit, name, value)
    if ok then return value end
    return nil, nil, problem
  end
end

local KEYS = {} -- what a job may say beside its command
for key in pairs(CHECKS) do KEYS[#KEYS + 1] = key end
table.sort(KEYS)
jobs.keys = KEYS

-- The program and its arguments. The first must not be empty, the others may be.
local function check_command(job)
  if #job == 0 then return nil, 'no program: a job begins like { "make", "-j4" }' end
  local command = {}
  for i = 1, #job do
    local word = job[i]
    if type(word) ~= "string" or word:find("\0", 1, true) or (i == 1 and word == "") then
      return nil, ("word %d of the command must be a text, not %s"):format(i, shown(word))
    end
    command[i] = word
  end
  return command
end

local function check_key(job, key)
  local check = CHECKS[key]
  if not check then
    local near = type(key) == "string" and neap.suggest(key, KEYS)
    return nil, ("unknown key %s%s"):format(shown(key),
      near and (' (did you mean "%s"?)'):format(near) or "")
  end
  local value, wanted, problem = check(job[key])
  if value == nil then
    return nil, problem or ("%s must be %s, not %s"):format(key, wanted, shown(job[key]))
  end
  return value
end

-- A copy of `job` that is known to be good.
local function check_job(job)
  if type(job) ~= "table" then return nil, ("a job is a table, not %s"):format(shown(job)) end
  local good, problem = check_command(job)
  if not good then return nil, problem end
  for key in pairs(job) do
    if math.type(key) ~= "integer" or key < 1 or key > #good then
      good[key], problem = check_key(job, key)
      if problem then return nil, problem end
    end
  end
  return good
end

local function check_list(list, path)
  if type(list) ~= "table" then
    return nil, ("%s: must return a list of jobs, not %s"):format(path, shown(list))
  end
  for key in pairs(list) do
    if math.type(key) ~= "integer" or key < 1 or key > #list then
      return nil, ("%s: must return a list of jobs, but has the key %s"):format(path, shown(key))
    end
  end
  local good = {}
  for i, job in ipairs(list) do
    local problem
    good[i], problem = check_job(job)
    if problem then return nil, ("%s: job %d: %s"):format(path, i, problem) end
  end
  return good
end

-- Runs the chunk with the standard libraries; what it sets as globals stays its own.
local function from_lua(source, path)
  local env = setmetatable({}, { __index = _G })
  local chunk, problem = load(source:gsub("^#[^\n]*", ""), "@" .. path, "t", env)
  if not chunk then return nil, problem end
  local ok, list = pcall(chunk)
  if not ok then return nil, ("%s"):format(list) end
  return check_list(list, path)
end

-- The program that a shell line seems to start: "LANG=C /usr/bin/make -j4" is "make".
local function name_of(line)
  for word in line:gmatch("[^%s;&|()'\"]+") do
    if not word:find("^[%a_][%w_]*=") then return word:match("([^/]+)/*$") or word end
  end
  return "sh"
end

-- The shell command for a line. One that is nothing but a program is exec'd: the task is then
-- the program itself, and not a shell that waits for it.
local function command_of(line)
  local first = (line .. " "):match("^%s*([%w_./+-]+)%s")
  local bare = line:find('["\\]') and line or line:gsub("'[^']*'", "")
  if not first or OF_THE_SHELL[first] or bare:find("[;&|()`]") then return line end
  return EXEC .. line
end

-- The words of a line in which a shell would find nothing to do but to run them, or nil.
local function words_of(line)
  local first = line:match("^[ \t]*([%w_./][%w_./+-]*)")
  if not first or OF_THE_SHELL[first] or line:find("[^%w_./+,:@%%= \t-]") then return nil end
  local words = {}
  for word in line:gmatch("[^ \t]+") do words[#words + 1] = word end
  return words[1] == first and words or nil
end

-- The job of a shell line. One that is started without a shell keeps the line as `line`.
local function job_of(line)
  local words = words_of(line)
  if not words then return jobs.by_shell(line) end
  words.name, words.line = name_of(line), line
  return words
end

-- The job that has a shell run the line.
function jobs.by_shell(line)
  return { "/bin/sh", "-c", command_of(line), name = name_of(line) }
end

local function from_text(source, path)
  local list, number = {}, 0
  for line in source:gmatch("([^\n]*)\n?") do
    number = number + 1
    line = line:gsub("\r$", "")
    if line:find("\0", 1, true) then return nil, ("%s:%d: a NUL byte"):format(path, number) end
    if #line > MAX_LINE then
      return nil, ("%s:%d: longer than %d bytes"):format(path, number, MAX_LINE)
    end
    if line:find("^%s*[^%s#]") then
      list[#list + 1] = job_of(line)
    end
  end
  return list
end

local function read_all(path)
  if path == "-" then return io.stdin:read("a") end
  local file, problem = io.open(path, "rb")
  if not file then return nil, problem:sub(#path + 3) end
  local source, why = file:read("a")
  file:close()
  return source, why
end

-- The jobs of the file `path` ("-": text from stdin); or nil and a message.
function jobs.read(path)
  local source, problem = read_all(path)
  local name = path == "-" and "stdin" or path
  if not source then return nil, ("cannot read %s: %s"):format(name, problem) end
  source = source:gsub("^\xEF\xBB\xBF", "")
  if path:find("%.lua$") then return from_lua(source, path) end
  return from_text(source, name)
end

return jobs
