-- check.lua - what the suites of the Lua API ask again and again.
local luaunit = require "luaunit"
local neap = require "neap"

local check = {}

-- A virtual runtime: round robin on one cpu unless `options` say otherwise.
function check.runtime(options)
  local all = { clock = "virtual", policy = "rr", cpus = 1 }
  for name, value in pairs(options or {}) do all[name] = value end
  return assert(neap.runtime(all))
end

-- fn(...) raises an error that contains `part`.
function check.raises(part, fn, ...)
  local ok, message = pcall(fn, ...)
  luaunit.assertFalse(ok, "no error; expected " .. part)
  luaunit.assertStrContains(tostring(message), part)
end

-- Assigning `value` to t[key] raises an error that contains `part`.
function check.refuses_field(part, t, key, value)
  check.raises(part, function() t[key] = value end)
end

-- The answer is nil, a message that contains `part`, `errno`.
function check.failed(errno, part, ...)
  luaunit.assertNil((...))
  luaunit.assertStrContains((select(2, ...)), part)
  luaunit.assertEquals((select(3, ...)), errno)
end

function check.keys(t)
  local list = {}
  for key in pairs(t) do list[#list + 1] = key end
  table.sort(list)
  return list
end

-- A runtime under `policy` with so many tasks, t1, t2, ...; and the list of what it reports.
function check.under(policy, tasks, options)
  options = options or {}
  options.policy = policy
  local rt = check.runtime(options)
  local reports = {}
  rt:on("error", function(report) reports[#reports + 1] = report end)
  for i = 1, tasks or 0 do rt:task { name = "t" .. i } end
  return rt, reports
end

-- Lets `time` pass; the ids of the tasks in the order in which they get a cpu in it.
function check.turns(rt, time)
  local list = {}
  local handler = rt:on("switch", function(_, _, to)
    if to then list[#list + 1] = to.id end
  end)
  rt:run(time)
  rt:off("switch", handler)
  return table.concat(list, " ")
end

-- The CPU time of all tasks.
function check.spent(rt)
  local sum = 0
  for task in rt:tasks() do sum = sum + task.cpu_ns end
  return sum
end

-- Runs the suites of this file, as the last thing that it does.
function check.main()
  os.exit(luaunit.LuaUnit.run() == 0 and 0 or 1, true)
end

return check
