-- limits.lua - the options of a verb that say what each of its tasks is held to.
local neap = require "neap"

local limits = {}

local NAMES = "memory, cpu-time, files, file-size, processes, core, stack, address-space, nice, "
  .. "ionice, umask, no-new-privs, cpu-max, cpu-weight, io-weight"

local function checked(name, value)
  local ok, problem = pcall(neap.limit, name, value)
  if ok then return { name = name, value = value } end
  return nil, problem
end

-- "memory=1G"
local function assignment(text)
  local name, value = text:match("^([%a_-]+)=(.+)$")
  if not name then
    return nil, ('--limit takes NAME=VALUE, such as memory=1G, not "%s"'):format(text)
  end
  return checked((name:gsub("-", "_")), value)
end

local function named(name)
  return function(text) return checked(name, text) end
end

function limits.configure(parser)
  parser:option("--limit", "Hold each task to a limit; may be repeated: " .. NAMES .. ".")
    :argname("NAME=VALUE"):count("*"):target("limits"):convert(assignment)
  parser:option("--sched", "The class of the tasks: batch, other, idle, fifo:PRIORITY, "
    .. "rr:PRIORITY or deadline:RUNTIME/DEADLINE/PERIOD (default: batch).")
    :argname("CLASS"):convert(named "sched")
  parser:option("--bind", "Keep tasks on these CPUs (0-3,8), or each on the CPU of its turn (pin).")
    :argname("CPUS"):convert(named "bind")
  parser:option("--user", "Run tasks as USER, USER:GROUP or :GROUP; for root.")
    :argname("USER"):convert(named "user")
  parser:flag("--clean-env", "Start tasks with an empty environment.")
end

-- The `defaults` of neap.runtime that the options ask for.
function limits.apply(given)
  local defaults = { clean_env = given.clean_env }
  for _, one in ipairs(given.limits or {}) do defaults[one.name] = one.value end
  for _, name in ipairs { "sched", "bind", "user" } do
    if given[name] then defaults[name] = given[name].value end
  end
  return defaults
end

return limits
