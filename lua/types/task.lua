-- task.lua - a task, as scripts and policies see it.
-- luacheck: ignore 212 241 631
---@meta _

---@alias neap.state "new"|"ready"|"starting"|"running"|"blocked"|"paused"|"ended"
---@alias neap.how "exit"|"signal"|"error"|"timeout"|"ended"|"cancelled"|"lost" how a task ended; its code, in this order: exit status, signal, errno, signal, exit status or 128 + signal, 0, 0

---A task: one value for its whole life, which compares equal to itself. A policy file has values of
---its own, with a `data` of its own.
---
---Fields may be read everywhere, hooks included. All of them but `alive` raise `task 3 has ended`
---of one that has ended, and so do the methods but wait(); inside its exit handlers it has not
---ended yet. Those that can be set raise for a value that is out of range, and, but for `data`, in
---a hook.
---@class neap.task
---@field id integer from 1, never used twice; read-only
---@field name string can be set
---@field pid? integer of its leader; nil: virtual, or not started; read-only
---@field state neap.state read-only
---@field alive boolean false: it has ended; always readable; read-only
---@field priority integer 0..10; can be set, and sets the weight
---@field weight integer 1..10000; can be set
---@field cpu_ns integer CPU time charged so far, of all its processes; read-only
---@field wait_ns integer time that it was ready without a cpu; read-only
---@field slices integer turns on a cpu; read-only
---@field preemptions integer turns that it lost though it could have gone on; read-only
---@field since integer ns, on the runtime's clock: when its present state began; read-only
---@field vruntime integer virtual time used, where the policy keeps one (fair), else 0; read-only
---@field estimate integer ns of CPU time that it is expected to need, 0: none; can be set, by a duration
---@field deadline integer ns on the runtime's clock, 0: none; can be set, by a duration
---@field period integer ns, 0: none; can be set, by a duration
---@field group integer 0: none; can be set
---@field affinity? integer[] the cpus that it may use, nil: all; can be set; a new table each time, so use may_use() in hooks
---@field cpu? integer the one it has; read-only
---@field data any yours, nil at first; can be set, in hooks too
local task = {}

---May it use this cpu? Of its affinity.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param cpu integer 0..1023
---@return boolean
function task:may_use(cpu) end

---Raises the priority by one.
---In a hook: no. Raises: misuse. Returns nil: it is 10 already.
---@return true? done
---@return string? message
---@return integer? errno
function task:boost() end

---Lowers the priority by one.
---In a hook: no. Raises: misuse. Returns nil: it is 0 already.
---@return true? done
---@return string? message
---@return integer? errno
function task:lower() end

---Sets the priority, and the weight that it stands for.
---In a hook: no. Raises: misuse. Returns nil: never.
---@param priority integer 0..10
---@return true done
function task:set_priority(priority) end

---Sets the weight.
---In a hook: no. Raises: misuse. Returns nil: never.
---@param weight integer 1..10000
---@return true done
function task:set_weight(weight) end

---Takes it out of the schedule until resume(): it gets no cpu, and no policy holds it.
---In a hook: no. Raises: misuse. Returns nil: it is paused already.
---@return true? done
---@return string? message
---@return integer? errno
function task:pause() end

---Puts it back.
---In a hook: no. Raises: misuse. Returns nil: it is not paused.
---@return true? done
---@return string? message
---@return integer? errno
function task:resume() end

---Sends a signal to all its processes. One that is held and gets TERM, INT, HUP or QUIT is
---continued to act on it. A virtual task ends by these and by KILL, and ignores the rest.
---In a hook: yes, it is sent after the decision. Raises: misuse; a signal that is none; in a hook,
---more than 64 of them in one decision. Returns nil: never.
---@param signal neap.signal
---@return true done
function task:signal(signal) end

---Ends it: TERM, and KILL after the grace time; or KILL now.
---In a hook: no. Raises: misuse. Returns nil: never.
---@param mode? "grace"|"now" default grace
---@return true done
function task:kill(mode) end

---Runs the runtime until the task has ended; in a coroutine of rt:go() it lets the loop go on until
---then. Of one that has ended, it says how at once.
---In a hook: no. Raises: inside a handler, too; what a handler raised. Returns nil: it would never
---end (virtual time); the run was stopped first; how it ended is not known.
---@return neap.how? how
---@return integer|string code or the message
---@return integer? errno
function task:wait() end

---Gives up the rest of its slice.
---In a hook: no. Raises: misuse. Returns nil: it does not run; with the actuator none.
---@return true? done
---@return string? message
---@return integer? errno
function task:yield() end

---Sends a virtual task to sleep.
---In a hook: no. Raises: misuse. Returns nil: it does not run; it is a process.
---@return true? done
---@return string? message
---@return integer? errno
function task:block() end

---Wakes a virtual task.
---In a hook: no. Raises: misuse. Returns nil: it does not sleep; it is a process.
---@return true? done
---@return string? message
---@return integer? errno
function task:wake() end

---Ends a virtual task by itself.
---In a hook: no. Raises: misuse. Returns nil: it is a process.
---@param code? integer 0..255; default 0
---@return true? done
---@return string? message
---@return integer? errno
function task:finish(code) end

---Why it is where it is: its state and since when, what the policy says, who has the cpus.
---In a hook: no. Raises: misuse; it has ended. Returns nil: never.
---@return string text lines for people
---@return neap.why facts
function task:why() end

---What the policy says of it: the answer of its hook explain, or of a policy in C: "vruntime 1.2 s:
---2 of 7 before it".
---In a hook: no. Raises: misuse. Returns nil: it says nothing.
---@return string? text
function task:explain() end

---Its accounts up to now.
---In a hook: yes, but it makes a table. Raises: misuse. Returns nil: never.
---@return neap.task.stats stats
function task:stats() end

---What task:stats() returns. The five times from start_ns to paused_ns are disjoint, and add up to
---wall_ns.
---@class neap.task.stats
---@field id integer
---@field name string
---@field pid? integer
---@field priority integer
---@field weight integer
---@field cpu_ns integer CPU time charged
---@field cpu_source string what says so: "none", "cgroup", "perf" or "clocks"
---@field wall_ns integer since it was made
---@field start_ns integer from the first pick until its program runs
---@field run_ns integer having a cpu
---@field ready_ns integer waiting for one
---@field blocked_ns integer asleep
---@field paused_ns integer paused by the user
---@field slices integer
---@field preemptions integer
---@field vruntime_ns integer
---@field longest_wait_ns integer longest time ready at one go
---@field forced integer turns that max_hold gave it
---@field escaped integer processes of it that were found outside its tree

---What task:why() knows.
---@class neap.why
---@field task integer its id
---@field name string
---@field state string
---@field since integer ns, on the runtime's clock: when the state began
---@field for_ns integer how long ago that is
---@field cpu? integer
---@field priority integer
---@field weight integer
---@field policy string
---@field says? string the policy's words
---@field cpus { cpu: integer, task: integer, name: string, for_ns: integer }[] who has them
