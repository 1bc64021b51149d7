-- settings.lua - the options of a verb that say how its runtime is made.
local limits = require "neap.limits"
local neap = require "neap"
local options = require "neap.options"
local reload = require "neap.reload"

local settings = {}

local BROKEN, REFUSED = 125, 2
local MAX_ALIVE = 100
local OURS = { [11] = true, [12] = true, [23] = true, [24] = true } -- no memory, no descriptors

-- Who decides, and how often.
local function configure_policy(parser)
  parser:option("-p --policy", "The policy: a name ('neap policies' lists them), FILE.lua or .so.")
    :argname("NAME"):default("fair"):show_default(true)
  options.take_params(parser, "Set a parameter of the policy")
  parser:option("--policy-memory", "Memory for the state of a policy file (default: 8M).")
    :argname("SIZE")
  reload.configure(parser)
  parser:option("-j --cpus", "How many tasks run at once (default: one per CPU).")
    :argname("N"):convert(options.whole("--cpus", 1))
  parser:option("-q --quantum", "The period of the tick, 1ms to 1s (default: 10ms).")
    :argname("TIME"):convert(options.quantum)
  parser:option("--max-alive", "How many started tasks exist at once (default: 100).")
    :argname("N"):convert(options.whole("--max-alive", 1))
  parser:option("--max-hold", "No started task waits longer for a turn (default: no bound).")
    :argname("TIME"):convert(options.max_hold)
  parser:option("--seed", "Of the policy's random numbers (default: 1).")
    :argname("N"):convert(options.whole("--seed", 0))
end

-- What becomes of tasks when something ends.
local function configure_ends(parser)
  parser:option("--grace", "From TERM to KILL when tasks are ended (default: 2s).")
    :argname("TIME"):convert(options.grace)
  parser:option("--leftovers", "What becomes of what a job leaves: end, wait or leave (default: "
    .. "end)."):argname("WHAT"):convert(options.one_of("--leftovers", { "end", "wait", "leave" }))
  parser:option("--on-death", "If neap is killed, its tasks end or continue (default: end).")
    :argname("WHAT"):convert(options.one_of("--on-death", { "end", "continue" }))
end

-- With what means.
local function configure_means(parser)
  parser:option("--actuator", "How tasks are held: stop, freeze or none (default: stop).")
    :argname("HOW"):convert(options.one_of("--actuator", { "stop", "freeze", "none" }))
  parser:option("--without", "Do not use cgroup, or perf, though it is there; may be repeated.")
    :argname("WHAT"):convert(options.one_of("--without", { "cgroup", "perf" })):count("*")
  parser:flag("--no-confine", "Let tasks use all CPUs, though fewer run at once.")
  parser:flag("--rt", "Run neap itself as SCHED_FIFO, where allowed: ticks on time under load.")
  limits.configure(parser)
end

function settings.configure(parser)
  configure_policy(parser)
  configure_ends(parser)
  configure_means(parser)
end

-- The runtime that the options of the verb of this name ask for.
function settings.runtime(verb, given)
  given.max_alive = given.max_alive or MAX_ALIVE
  local ok, rt, message, errno = pcall(neap.runtime, {
    policy = given.policy,
    params = options.params(verb, given),
    cpus = given.cpus,
    quantum = given.quantum,
    max_alive = given.max_alive,
    max_hold = given.max_hold,
    seed = given.seed,
    policy_memory = given.policy_memory,
    trust = given.trust,
    grace = given.grace,
    leftovers = given.leftovers,
    on_death = given.on_death or "end",
    actuator = given.actuator,
    without = given.without,
    confine = not given.no_confine,
    realtime = given.rt,
    record = given.record,
    defaults = limits.apply(given),
  })
  if not ok then options.refuse(REFUSED, "%s", (tostring(rt):gsub("^[^%s:]+:%d+: ", ""))) end
  if not rt then options.refuse(OURS[errno] and BROKEN or REFUSED, "%s", message) end
  return rt
end

return settings
