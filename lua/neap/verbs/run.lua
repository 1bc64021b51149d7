-- run.lua - `neap run`: runs jobs under a policy, then says what each of them got.
local attach = require "neap.attach"
local console = require "neap.console"
local jobs = require "neap.jobs"
local options = require "neap.options"
local outcome = require "neap.outcome"
local output = require "neap.output"
local progress = require "neap.progress"
local reload = require "neap.reload"
local report = require "neap.report"
local sessions = require "neap.session"
local settings = require "neap.settings"
local stats = require "neap.stats"

local BROKEN, MOST_FAILED = 125, 101
local ENOTCONN = 107 -- there is no guard

local EXAMPLES = [[
examples:
  neap run -p fair -j1 -f jobs.txt          one shell command per line, on one CPU
  neap run -p lottery --seed 7 -f jobs.lua  jobs with names, priorities, weights
  neap run -p ./mine.lua -f - < jobs.txt    your own policy, jobs from stdin
  neap run --for 10s --stats out.json -f jobs.txt
  neap run -v -- make -j8                   one program, its exit code is ours]]

local say = console.say

local function configure(parser)
  parser:option("-f --file", "The jobs: shell commands, one per line ('-': stdin), or FILE.lua.")
    :argname("FILE")
  attach.configure(parser)
  settings.configure(parser)
  parser:option("--for", "End everything after this time; not a failure.")
    :argname("TIME"):target("limit"):convert(options.duration)
  parser:option("--timeout", "End each job when it has run and slept for so long (default: never).")
    :argname("TIME"):convert(options.duration)
  output.configure(parser)
  parser:option("--stats", "Write the figures as JSON to FILE ('-': stdout).")
    :argname("FILE")
  parser:option("--record", "Record the run in FILE: see neap trace, replay and why.")
    :argname("FILE")
  parser:option("--progress", "Show how far the run is: auto (on a terminal), always, never.")
    :argname("WHEN"):default("auto"):show_default(false)
    :convert(options.one_of("--progress", { "auto", "always", "never" }))
  parser:flag("--quiet", "Say nothing but errors; no table.")
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
  reload.check(given)
  collectgarbage() -- of the command line
  collectgarbage("incremental", 120) -- few objects are made here, and we share the memory
  local list = read_jobs(given, program)
  output.apply(given, list)
  local rt <close> = settings.runtime("run", given)
  local file <close> = open_stats(given.stats)
  local session = sessions.new(rt, {
    max_alive = given.max_alive,
    loudness = loudness,
    single = program ~= nil,
  })
  reload.listen(session, given)
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
