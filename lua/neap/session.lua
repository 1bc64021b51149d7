-- session.lua - one run of a list of jobs: adds them, runs them, keeps what came of each.
--
-- session.results has one entry per job, in order: { name, how, code, stats, ideal_ns }, where
-- `stats` is task:stats() at its end, packed by figures.lua (nil for a job that was refused), and
-- `ideal_ns` what the policy owed it (nil where the policy promises no share).
local console = require "neap.console"
local figures = require "neap.figures"
local jobs = require "neap.jobs"
local neap = require "neap"
local outcome = require "neap.outcome"
local owed = require "neap.owed"
local signals = require "neap.signals"
local tables = require "neap.table"

local session = {}
session.__index = session

-- ENOENT, EACCES, ELOOP, ENAMETOOLONG, ENOTDIR: there is no such program.
local CANNOT_RUN = { [2] = true, [13] = true, [40] = true, [36] = true, [20] = true }

local function nothing() end

-- `options`: max_alive; loudness = "verbose", "normal" or "quiet"; single = boolean: the one job
-- is the program of `neap run -- PROG`.
function session.new(rt, options)
  local self = setmetatable({
    rt = rt,
    say = console.say, -- what everybody should know
    inform = options.loudness ~= "quiet" and console.say or nothing,
    verbose = options.loudness == "verbose" and console.say or nothing,
    single = options.single,
    start = rt:now(),
    owed = owed.new(rt.ideal, rt.cpus, options.max_alive, rt:now()),
    results = {},
    done = 0,
    failed = 0, -- of those done; what --for ended has not failed
    by_id = {},
    attached = {}, -- id -> true
    reported = {},
    signal = nil, -- the number of the signal that ended the run
  }, session)
  self:listen(options.loudness == "verbose")
  return self
end

function session:listen(verbose)
  local rt = self.rt
  rt:on("exit", function(task, how, code) self:ended(task, how, code) end)
  rt:on("error", function(report) self:report(report) end)
  if verbose then
    rt:on("switch", function(_, _, task) self:running(task) end)
  end
  signals.listen(self)
end

-- The ns since the start.
function session:elapsed()
  return self.rt:now() - self.start
end

-- Each failure of a policy is told once, however often it comes.
function session:report(report)
  if report.kind == "log" then
    self.verbose("%s%s", report.policy and report.policy .. ": " or "", report.message)
    return
  end
  local where = report.policy and ("policy %s: "):format(report.policy) or ""
  local hook = report.hook and report.hook .. ": " or ""
  local text = where .. hook .. (report.kind == "ejected" and "ejected: " or "") .. report.message
  if self.reported[text] then return end
  self.reported[text] = true
  if report.kind == "output" then self.lost_output = true end
  local trace = report.trace and report.trace:gsub("%s+$", ""):gsub("\n", "\n  ")
  self.say("%s%s", text, trace and "\n  " .. trace or "")
end

-- A shell line that is run without a shell, and cannot be, is the shell's to complain about.
function session:spawn(job)
  local line = job.line
  job.line = nil
  local task, message, errno = self.rt:spawn(job)
  if task or not line or not CANNOT_RUN[errno] then return task, message, errno end
  local by_shell = jobs.by_shell(line)
  for key, value in pairs(job) do
    if math.type(key) ~= "integer" then by_shell[key] = value end
  end
  return self.rt:spawn(by_shell)
end

-- Adds a job. Returns true, or nil, message and errno: it cannot be started.
function session:add(job)
  if job.deadline then job.deadline = self.start + job.deadline end
  local result = { name = job.name or job[1]:match("[^/]+$") or job[1] }
  self.results[#self.results + 1] = result
  local task, message, errno = self:spawn(job)
  if not task then
    result.reason = message:match(".*:%s*(.*)")
    self:settle(result, "error", errno)
    return nil, message, errno
  end
  result.name = task.name
  self.by_id[task.id] = result
  if self.owed then self.owed:arrive(task) end
  return true
end

-- Makes a task of a process that runs already. Returns as add() does.
function session:attach(pid)
  local result = { name = tostring(pid) }
  self.results[#self.results + 1] = result
  local task, message, errno = self.rt:attach(pid)
  if not task then
    self:settle(result, "error", errno)
    return nil, message, errno
  end
  result.name = task.name
  self.by_id[task.id] = result
  self.attached[task.id] = true
  if self.owed then self.owed:join(task, self.rt:now()) end
  return true
end

function session:settle(result, how, code)
  result.how, result.code = how, code
  self.done = self.done + 1
  if outcome.exit_code(how, code) ~= 0 then self.failed = self.failed + 1 end
end

function session:running(task)
  local result = task and self.by_id[task.id]
  if not result or result.seen then return end
  result.seen = true
  self.verbose("task %d (%s) starts", task.id, task.name)
end

function session:ended(task, how, code)
  local result, stats = self.by_id[task.id], task:stats()
  self.by_id[task.id] = nil
  self:settle(result, how, code)
  result.stats = figures.pack(stats)
  result.ideal_ns = self.owed and self.owed:leave(task.id, self.rt:now())
  if how == "error" then
    self.say("cannot start %s: %s", task.name, neap.strerror(code))
  end
  if self.verbose == nothing then return end
  self.verbose("task %d (%s): %s after %s of cpu, %s of wall", task.id, task.name,
    outcome.words(how, code), tables.duration(stats.cpu_ns),
    tables.duration(stats.wall_ns))
end

-- Runs until all tasks have ended; after `limit` ns (nil: none) it ends them. Returns true, or
-- nil and a message: neap itself failed.
function session:run(limit)
  if self.owed then self.owed:admit(self.rt:now()) end
  console.hurry()
  local ok, message = true, nil
  if limit then ok, message = self:run_for(limit) end
  if ok then ok, message = self.rt:run() end
  console.settle()
  return ok, message
end

function session:run_for(limit)
  local ok, message = self.rt:run(limit)
  if not ok then return nil, message end
  local active = self.rt:stats().active
  if active > 0 and not self.signal then
    self.verbose("time is over: ending %d tasks", active)
    self.rt:finish("grace")
  end
  return true
end

-- "3 done (1 failed)".
function session:ends()
  return ("%d done%s"):format(
    self.done, self.failed > 0 and (" (%d failed)"):format(self.failed) or "")
end

-- How many jobs failed; one of which nobody knows how it ended is one.
function session:failures()
  return self.failed + #self.results - self.done
end

return session
