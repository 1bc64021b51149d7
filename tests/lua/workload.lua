-- workload.lua - virtual tasks that arrive, want so much CPU time, sleep and come again.
--
-- A virtual task is busy as long as it has a cpu. Here it has a goal, so much more CPU time;
-- when it has had that, a function says what next: an end, or a sleep.
local workload = {}
workload.__index = workload

local function arm(self, task)
  local goal = self.goal[task]
  if not goal or self.timer[task] then return end
  self.timer[task] = self.rt:after(goal - task.cpu_ns, function()
    local reached = self.reached[task]
    self.timer[task], self.goal[task], self.reached[task] = nil, nil, nil
    reached(task)
  end)
end

local function got_cpu(self, task)
  local woke = self.woke[task]
  if woke then
    self.woke[task] = nil
    table.insert(self.waits[task], self.rt:now() - woke)
  end
  arm(self, task)
end

-- Looks after the tasks of `rt` from now on.
function workload.on(rt)
  local self = setmetatable({
    rt = rt, goal = {}, reached = {}, timer = {}, woke = {}, waits = {},
  }, workload)
  rt:on("switch", function(_, from, to)
    local timer = from and self.timer[from]
    if timer and not (from.alive and from.state == "running") then -- on another cpu by now
      timer:cancel()
      self.timer[from] = nil
    end
    if to then got_cpu(self, to) end
  end)
  return self
end

-- Calls reached(task) as soon as the task has had `need` more CPU time. Whoever gets the cpu
-- that it has just had is not switched to: hence the look at the end of this instant.
function workload:want(task, need, reached)
  self.goal[task], self.reached[task] = task.cpu_ns + need, reached
  self.rt:after(0, function()
    if task.alive and task.state == "running" then got_cpu(self, task) end
  end)
end

-- A job that comes at `at` (now, if nil), wants `need` and ends. Returns its record, which knows
-- `took`, the time from coming to end, when that is over.
function workload:job(at, need, fields)
  local record = { need = need, at = at or self.rt:now() }
  local function come()
    local task = self.rt:task(fields or {})
    record.task, record.at = task, self.rt:now()
    self.waits[task], self.woke[task] = {}, record.at
    record.waits = self.waits[task]
    self:want(task, need, function()
      record.took = self.rt:now() - record.at
      record.wait = task:stats().ready_ns
      record.longest = task:stats().longest_wait_ns
      task:finish()
    end)
  end
  if at and at > self.rt:now() then self.rt:after(at - self.rt:now(), come) else come() end
  return record
end

-- A task that works for `work`, sleeps for `sleep`, and so on; either may be a function. Returns
-- the task and the list of its waits, from waking up to getting a cpu.
function workload:sleeper(work, sleep, fields)
  local task = self.rt:task(fields or {})
  local function value(v) return type(v) == "function" and v() or v end
  local begin
  local function nap()
    task:block()
    self.rt:after(value(sleep), function()
      task:wake()
      begin()
    end)
  end
  function begin()
    self.woke[task] = self.rt:now()
    self:want(task, value(work), nap)
  end
  self.waits[task] = {}
  begin()
  return task, self.waits[task]
end

-- A task that is released each `period`, works for `work` and sleeps until the next release. Its
-- record counts `jobs` that were done and those that were `missed`: not done by the next release.
function workload:periodic(period, work, fields)
  fields = fields or {}
  fields.period = fields.period or period
  local task = self.rt:task(fields)
  local record = { task = task, jobs = 0, missed = 0, behind = 0 }
  local function begin()
    self:want(task, work, function()
      record.jobs = record.jobs + 1
      task:block()
      if record.behind > 0 then
        record.behind = record.behind - 1
        task:wake()
        begin()
      end
    end)
  end
  self.rt:every(period, function()
    if task.state == "blocked" then
      task:wake()
      begin()
    else
      local is_done = task.cpu_ns >= self.goal[task] -- in this instant; it is told in a moment
      record.missed, record.behind = record.missed + (is_done and 0 or 1), record.behind + 1
    end
  end)
  begin()
  return record
end

-- Whole numbers from low to high, the same on each run.
function workload.numbers(seed)
  local state = seed * 2654435761 + 1
  return function(low, high)
    state = state * 6364136223846793005 + 1442695040888963407
    return low + (state >> 33) % (high - low + 1)
  end
end

function workload.mean(list)
  local sum = 0
  for _, n in ipairs(list) do sum = sum + n end
  return sum / #list
end

-- The value that the part p of the list does not exceed.
function workload.quantile(list, p)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  return sorted[math.max(1, math.ceil(p * #sorted))]
end

-- The mean of a field over records, all of which must have it.
function workload.mean_of(records, field)
  local list = {}
  for i, record in ipairs(records) do list[i] = assert(record[field], "a job did not end") end
  return workload.mean(list)
end

return workload
