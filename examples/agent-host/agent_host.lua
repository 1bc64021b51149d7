-- agent_host.lua - runs untrusted commands side by side, and lets none of them take the machine.
--
--   neap agent_host.lua AGENTS.lua        (or lua5.4; agents.lua beside this file is an example)
--
-- Teams share the CPUs by weight: the policy `hier`, a group for each team. Each agent is capped,
-- too: at most `cap` of a CPU, averaged over a tenth of a second. The policy `cap` cannot be had
-- beside `hier` (one policy is in charge at a time, and neither can stand on the other), and the
-- kernel's cpu_max needs a cgroup of one's own; so a coroutine per agent does it, which pauses an
-- agent that has used more than its cap, until what it used is paid for. It works everywhere.
--
-- Time, memory and the rest are limits of the task (docs/LIMITS.md): what an agent may set for
-- itself is a key of a job. All that an agent has started is gone when it ends, when Ctrl-C ends
-- the host (once: TERM, grace time, KILL; twice: KILL now), and when the host is killed.
-- Exit codes: 0; 1: an agent failed; 2: no such file, or it makes no sense; 130, 143: INT, TERM.
local neap = require "neap"

local PERIOD = 100 * neap.ms
local OWN = { team = true, cap = true } -- keys that are ours, and no job's
local UNTRUSTED = { timeout = "1m", memory = "512M", files = 256, core = 0, clean_env = true,
  no_new_privs = true, stdin = "null", output = "tag" }

local function give_up(code, ...)
  io.stderr:write("agent_host: ", string.format(...), "\n")
  os.exit(code, true)
end

local function read(path)
  local chunk, problem = loadfile(path or "", "t", {})
  if not chunk then give_up(2, "%s", path and problem or "which agents? give a file") end
  local ok, plan = pcall(chunk)
  if not ok or type(plan) ~= "table" or type(plan.agents) ~= "table" then
    give_up(2, "%s: %s", path, ok and "no table with `agents`" or plan)
  end
  return plan
end

-- The parameter `tree` of hier, and the number of each team: its group.
local function tree_of(teams)
  local names, groups, parts = {}, {}, {}
  for name in pairs(teams) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    groups[name] = i
    parts[i] = ("%d:%d"):format(i, teams[name])
  end
  return table.concat(parts, ","), groups
end

local function job_of(agent, number, groups)
  local job = { name = ("agent%d"):format(number), group = groups[agent.team] }
  for key, value in pairs(UNTRUSTED) do job[key] = value end
  for key, value in pairs(agent) do
    if not OWN[key] then job[key] = value end
  end
  return job
end

-- No more than `cap` cpus: what was used too much is waited for.
local function keep_to(rt, task, cap)
  while task.alive do
    local used = task.cpu_ns
    rt:sleep(PERIOD)
    local over = task.alive and task.cpu_ns - used - PERIOD * cap or 0
    if over > 0 and task:pause() then
      rt:sleep(over / cap // 1 | 0)
      if task.alive then task:resume() end
    end
  end
end

local function start(rt, agent, number, groups)
  if agent.team and not groups[agent.team] then
    give_up(2, "agent %d: no team %s", number, agent.team)
  end
  local ok, task, problem = pcall(rt.spawn, rt, job_of(agent, number, groups))
  if not ok or not task then give_up(2, "agent %d: %s", number, ok and problem or task) end
  if agent.cap then assert(rt:go(keep_to, rt, task, agent.cap)) end
end

-- The first signal asks all to end, the second kills. Returns what tells which one came first.
local function listen(rt)
  local first
  for _, name in ipairs { "INT", "TERM" } do
    assert(rt:on_signal(name, function(_, number)
      rt:finish(first and "now" or "grace")
      first = first or number
    end))
  end
  return function() return first end
end

local plan = read(arg[1])
local tree, groups = tree_of(plan.teams or {})
local rt, problem = neap.runtime { policy = "hier", params = { tree = tree }, cpus = plan.cpus,
  grace = plan.grace, on_death = "end", leftovers = "end" }
if not rt then give_up(2, "%s", problem) end
local signal, failed = listen(rt), 0

rt:on("exit", function(task, how, code)
  local fine = how == "exit" and code == 0
  if not fine then failed = failed + 1 end
  io.stderr:write(("agent_host: %s: %s %s, %.2f s of CPU time\n"):format(task.name, how, code,
    task.cpu_ns / neap.s))
end)
for number, agent in ipairs(plan.agents) do start(rt, agent, number, groups) end
assert(rt:run())
rt:close()
os.exit(signal() and 128 + signal() or failed > 0 and 1 or 0, true)
