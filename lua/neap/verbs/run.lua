-- run.lua - `neap run`: runs jobs under a policy, then says what each of them got.
local attach = require "neap.attach"
local console = require "neap.console"
local jobs = require "neap.jobs"
local limits = require "neap.limits"
local neap = require "neap"
local options = require "neap.options"
local outcome = require "neap.outcome"
local output = require "neap.output"
local progress = require "neap.progress"
local report = require "neap.report"
local sessions = require "neap.session"
local stats = require "neap.stats"

local BROKEN, MOST_FAILED = 125, 101
local MAX_ALIVE = 100
local ENOTCONN = 107 -- there is no guard
local OURS = { [11] = true, [12] = true, [23] = true, [24] = true } -- no memory, no descriptors

local EXAMPLES = [[
examples:
  neap run -p fair -j1 -f jobs.txt          one shell command per line, on one CPU
  neap run -p lottery --seed 7 -f jobs.lua  jobs with names, priorities, weights
  neap run -p ./mine.lua -f - < jobs.txt    your own policy, jobs from stdin
  neap run --for 10s --stats out.json -f jobs.txt
  neap run -v -- make -j8                   one program, its exit code is ours]]

local say = console.say

local function configure(parser)
  parser:option("-p --policy", "The policy: a name ('neap policies' lists them) or FILE.lua.")
    :argname("NAME"):default("fair"):show_default(true)
  parser:option("-f --file", "The jobs: shell commands, one per line ('-': stdin), or FILE.lua.")
    :argname("FILE")
  attach.configure(parser)
  parser:option("-q --quantum", "The period of the tick, 1ms to 1s (default: 10ms).")
    :argname("TIME"):convert(options.quantum)
  parser:option("-j --cpus", "How many tasks run at once (default: one per CPU).")
    :argname("N"):convert(options.whole("--cpus", 1))
  parser:option("--for", "End everything after this time; not a failure.")
    :argname("TIME"):target("limit"):convert(options.duration)
  parser:option("--max-alive", "How many started tasks exist at once (default: 100).")
    :argname("N"):convert(options.whole("--max-alive", 1))
  parser:option("--actuator", "How tasks are held: stop, freeze or none (default: stop).")
    :argname("HOW")
  parser:option("--timeout", "End each job when it has run and slept for so long (default: never).")
    :argname("TIME"):convert(options.duration)
  parser:option("--leftovers", "What of what a job leaves: end, wait or leave (default: end).")
    :argname("HOW")
  parser:option("--max-hold", "No started task waits longer for a turn (default: no bound).")
    :argname("TIME"):convert(options.duration)
  parser:option("--seed", "Of the policy's random numbers (default: 1).")
    :argname("N"):convert(options.whole("--seed", 0))
  limits.configure(parser)
  parser:option("--stats", "Write the figures as JSON to FILE ('-': stdout).")
    :argname("FILE")
  output.configure(parser)
  parser:option("--param", "Set a parameter of the policy; may be given several times.")
    :argname("NAME=VALUE"):count("*"):convert(options.assignment)
  parser:option("--grace", "From TERM to KILL when tasks are ended (default: 2s).")
    :argname("TIME"):convert(options.grace)
  parser:option("--on-death", "If neap is killed, its tasks end, or continue (default: end).")
    :argname("WHAT"):choices { "end", "continue" }
  parser:option("--without", "Do not use it, though it is there: cgroup, perf.")
    :argname("WHAT"):choices { "cgroup", "perf" }:count("*")
  parser:flag("--no-confine", "Let tasks use all CPUs, though fewer run at once.")
  parser:option("--progress", "Show how far the run is: auto (on a terminal), always, never.")
    :argname("WHEN"):choices { "auto", "always", "never" }:default("auto"):show_default(false)
  parser:flag("--quiet", "Say nothing but errors; no table.")
  parser:flag("--rt", "Run neap itself as SCHED_FIFO, where allowed: ticks on time under load.")
  parser:flag("-v --verbose", "Tell of placement, starts, ends and log lines.")
end

-- What is to run: at most one of -f and -- PROG; one of them, unless processes are attached.
local function read_jobs(given, program)
  if given.file and program then
    options.misuse("run", "give either -f FILE or -- PROG, not both")
  end
  if program then
    if not program[1] or program[1] == "" then options.misuse("run", "no program after --") end
    program.stdin = "inherit"
    return { program }
  end
  if not given.file and #given.attach > 0 then return {} end
  if not given.file then options.misuse("run", "no job: give -f FILE or -- PROG [ARGS]") end
  local list, problem = jobs.read(given.file)
  if not list then options.refuse(2, "%s", problem) end
  return list
end

local function params_of(list)
  local params = {}
  for _, param in ipairs(list) do
    if params[param.name] then options.misuse("run", "--param %s is given twice", param.name) end
    params[param.name] = param.value
  end
  return params
end

local function make_runtime(given)
  local ok, rt, message, errno = pcall(neap.runtime, {
    policy = given.policy,
    quantum = given.quantum,
    cpus = given.cpus,
    max_alive = given.max_alive or MAX_ALIVE,
    actuator = given.actuator,
    leftovers = given.leftovers,
    max_hold = given.max_hold,
    params = params_of(given.param),
    seed = given.seed,
    confine = not given.no_confine,
    grace = given.grace,
    on_death = given.on_death or "end",
    defaults = limits.apply(given),
    adopt = true,
    realtime = given.rt,
    without = given.without,
  })
  if not ok then options.refuse(2, "%s", (tostring(rt):gsub("^[^%s:]+:%d+: ", ""))) end
  if not rt then options.refuse(OURS[errno] and BROKEN or 2, "%s", message) end
  return rt
end

local function open_stats(path)
  if not path then return nil end
  local file, problem = stats.open(path)
  if not file then options.refuse(2, "%s", problem) end
  return file
end

-- Jobs that cannot be started are told of and count as failed; the others run. Without a guard
-- none can.
local function add_all(session, list)
  local many = #list > 1
  for i, job in ipairs(list) do
    list[i] = nil -- the runtime has a copy
    local ok, message, errno = session:add(job)
    if errno == ENOTCONN then options.refuse(BROKEN, "%s", message) end
    if not ok then say("%s%s", many and ("job %d: "):format(i) or "", message) end
  end
end

local function exit_code(session, single)
  if session.signal then return 128 + session.signal end
  if session.lost_output then return BROKEN end
  if single then
    local result = session.results[1]
    return result.how and outcome.exit_code(result.how, result.code) or BROKEN
  end
  return math.min(session:failures(), MOST_FAILED)
end

local function loudness_of(given)
  if given.quiet and given.verbose then
    options.misuse("run", "give either --quiet or --verbose, not both")
  end
  return given.quiet and "quiet" or given.verbose and "verbose" or "normal"
end

local function run(given, program)
  local loudness = loudness_of(given)
  collectgarbage("incremental", 120) -- few objects are made here, and we share the memory
  local list = read_jobs(given, program)
  output.apply(given, list)
  local rt <close> = make_runtime(given)
  local file <close> = open_stats(given.stats)
  local session = sessions.new(rt, {
    max_alive = given.max_alive or MAX_ALIVE,
    loudness = loudness,
    single = program ~= nil,
  })
  for _, job in ipairs(list) do job.timeout = job.timeout or given.timeout end
  add_all(session, list)
  attach.add_all(session, given.attach)
  if loudness ~= "quiet" then progress.follow(session, given.progress) end
  local ok, problem = session:run(given.limit)
  local figures = rt:stats()
  if loudness ~= "quiet" then console.write(report.text(session.results, figures)) end
  if not ok then say("%s", problem) end
  local code = ok and exit_code(session, program ~= nil) or BROKEN
  if not file then return code end
  local written, why = file:write(figures, session.results)
  if not written then say("%s", why) end
  return written and code or BROKEN
end

return {
  name = "run",
  usage = "neap run [OPTIONS] -f FILE\n       neap run [OPTIONS] -- PROG [ARGS]\n"
    .. "       neap run [OPTIONS] --attach PID ...",
  summary = "Run jobs under a policy.",
  description = "Runs jobs as tasks under a scheduling policy; ends with a table of what each got.",
  epilog = EXAMPLES,
  takes_program = true,
  configure = configure,
  run = run,
}
