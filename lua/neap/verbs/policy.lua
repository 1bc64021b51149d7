-- policy.lua - `neap policy`: begins, checks and shows policies.
local answer = require "neap.answer"
local console = require "neap.console"
local neap = require "neap"
local options = require "neap.options"
local tables = require "neap.table"
local template = require "neap.template"
local verdict = require "neap.verdict"
local workload = require "neap.check_workload"
local json = require "neap.json"

local REFUSED, FAILED = 2, 1
local EXAMPLES = [[
examples:
  neap policy new mine --base fair     writes mine.lua, mine_test.lua and .luarc.json
  neap policy check mine.lua           1,000 random workloads, and what it promises
  neap policy show lottery]]

local say = console.say

local function configure(parser)
  parser:argument("action", "What to do: new, check or show."):args(1)
  parser:argument("policy", "A name (see 'neap policies'), FILE.lua or FILE.so; for new: the name.")
    :args(1)
  parser:option("--base", "new: the policy whose hooks stand where yours do not (default: fair).")
    :argname("NAME")
  options.take_params(parser, "check: set a parameter of the policy")
  parser:option("--workloads", "check: how many (default: 1000).")
    :argname("N"):convert(options.whole("--workloads", 1))
  parser:option("--seed", "check: of the first workload (default: 1).")
    :argname("N"):convert(options.whole("--seed", 0))
  parser:option("--policy-memory", "check: memory for its state (default: 8M).")
    :argname("SIZE")
  parser:flag("--json", "check, show: the answer as JSON.")
end

local function describe(word)
  local about, message = neap.describe(word)
  if not about then options.refuse(REFUSED, "%s", message) end
  return about
end

local function write_json(value)
  answer(json.encode(value), "\n")
end

-- show

local function notes(about)
  local said = {}
  if about.preempts then said[#said + 1] = "preempts: a less key takes the cpu of the greatest" end
  if about.starves then said[#said + 1] = "starves: long waits are its order" end
  if about.idles then said[#said + 1] = "idles: it leaves cpus empty on purpose" end
  return said
end

local function params_text(params)
  local words = {}
  for i, param in ipairs(params) do
    words[i] = param.default and ("%s=%s"):format(param.name, param.default) or param.name
  end
  return #words > 0 and table.concat(words, " ") or "none"
end

local function show(given)
  local about = describe(given.policy)
  if given.json then
    write_json(about)
    return 0
  end
  local rows = {
    { about.name, about.summary or "" },
    { "alias", about.alias or "-" },
    { "in", about.base and ("%s, on %s"):format(about.language, about.base) or about.language },
    { "hooks", #about.hooks > 0 and table.concat(about.hooks, " ") or "none" },
    { "parameters", params_text(about.params) },
    { "shares", about.ideal or "none promised" },
  }
  for _, note in ipairs(notes(about)) do rows[#rows + 1] = { "note", note } end
  local lines = {}
  for i, row in ipairs(rows) do lines[i] = ("%-11s %s\n"):format(row[1], row[2]) end
  answer(table.concat(lines))
  return 0
end

-- check

local function sorted(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function figures_text(about, f)
  local lines = {}
  local function line(name, ...) lines[#lines + 1] = ("%-18s %s\n"):format(name, (...)) end
  if f.share_error then
    line("share error", ("%.3f %% at most, of shares by %s"):format(100 * f.share_error,
      about.ideal == "equal" and "number" or "weight"))
  end
  line("longest wait", tables.duration(f.longest_wait_ns))
  line("largest lag", ("%s behind shares by weight"):format(tables.duration(f.lag_ns)))
  line("Jain's index", ("%.4f of service by weight"):format(f.jain))
  line("switches", ("%.1f a second"):format(f.switches_a_second))
  line("a decision", ("%.0fns in all"):format(f.decision_ns))
  for _, name in ipairs(sorted(f.hook_ns)) do
    line(name, ("%dns a call, its clock included; %.2f allocations"):format(f.hook_ns[name],
      f.hook_allocations[name] or 0))
  end
  line("Lua", ("%.4f %% of the quantum"):format(100 * f.lua_share))
  return table.concat(lines)
end

local function failure_text(about, failure)
  local where = failure.workload and ("\nThe shortest workload that was found, of seed %d:\n%s")
    :format(failure.seed, workload.text(failure.workload)) or "\nwith ten tasks, weights 1 to 10"
  return ("%s fails: %s%s"):format(about.name, failure.problem, where)
end

local function tell_failure(given, about, failure)
  if given.json then
    write_json { policy = about.name, ok = false, seed = failure.seed, problem = failure.problem,
      workload = failure.workload and workload.text(failure.workload) }
  else
    say("%s", failure_text(about, failure))
  end
  return FAILED
end

-- One that cannot be made at all, its parameters say.
local function try_to_make(policy)
  local ok, rt, message = pcall(neap.runtime, { clock = "virtual", policy = policy.word,
    params = policy.params, policy_memory = policy.memory })
  if not ok or not rt then options.refuse(REFUSED, "%s", ok and message or rt) end
  rt:close()
end

local function check(given)
  local about = describe(given.policy)
  local policy = { word = given.policy, params = options.params("policy", given),
    idles = about.idles, ideal = about.ideal, memory = given.policy_memory }
  try_to_make(policy)
  local count = given.workloads or 1000
  local failure = verdict.find_failure(policy, given.seed or 1, count)
  if failure then return tell_failure(given, about, failure) end
  local figures, problem = verdict.figures(policy)
  if not figures then return tell_failure(given, about, { problem = problem }) end
  if given.json then
    write_json { policy = about.name, ok = true, workloads = count, figures = figures }
    return 0
  end
  answer(("%s: %d workloads, each in two fresh states: all is as it must be\n")
    :format(about.name, count), "10 tasks, weights 1 to 10, 100 s on one cpu:\n",
    figures_text(about, figures))
  return 0
end

local function new(given)
  local base = given.base or "fair"
  describe(base)
  local written, problem = template.write(given.policy, base)
  if not written then options.refuse(REFUSED, "%s", problem) end
  answer("written: ", table.concat(written, ", "), "\n",
    ("try: neap policy check %s && neap %s\n"):format(written[1], written[2]))
  return 0
end

local ACTIONS = { new = new, check = check, show = show }

local function run(given)
  local action = ACTIONS[given.action]
  if not action then
    local near = neap.suggest(given.action, { "new", "check", "show" })
    options.misuse("policy", "unknown action %q%s: new, check or show", given.action,
      near and (" (did you mean %q?)"):format(near) or "")
  end
  return action(given)
end

return {
  name = "policy",
  usage = "neap policy new NAME [--base NAME]\n       neap policy check POLICY [OPTIONS]\n"
    .. "       neap policy show POLICY [--json]",
  summary = "Begin, check or show a policy.",
  description = "new writes a policy to start from; check plays it through random workloads in "
    .. "virtual time and measures what it promises; show tells its hooks and parameters.",
  epilog = EXAMPLES,
  configure = configure,
  run = run,
}
