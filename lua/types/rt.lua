-- rt.lua - what neap.runtime{} takes and returns: the runtime, its jobs, timers and figures.
-- luacheck: ignore 212 241 631
---@meta _

---What neap.runtime{} takes; every field may be left out.
---@class neap.runtime.options
---@field policy? string|neap.policy a name, a path (with a `/`, or ending in .lua; ending in .so: a shared object) or a table of neap.policy{}; default "fair"
---@field params? table<string, string|number|boolean> the policy's parameters: unknown ones are refused
---@field quantum? neap.duration the period of the tick, 1 ms..1 s; default 10 ms
---@field cpus? integer how many tasks run at once, 1..1024; default, and most for processes: the CPUs that this process may use
---@field max_alive? integer started tasks at a time, 1 or more; default: no bound
---@field max_hold? neap.duration a started task waits no longer for a turn, 10 ms or more; default: no bound
---@field seed? integer of self:random(); default 1
---@field clock? "live"|"virtual" virtual: time passes in rt:run(time) alone, and all tasks are virtual; default live
---@field confine? boolean keep tasks on as many CPUs as `cpus` says; default true
---@field on_death? "continue"|"end" what becomes of the tasks when this process dies; default continue
---@field grace? neap.duration from TERM to KILL, at most a day; default 2 s
---@field guard? string path of the guard program; default: NEAP_GUARD, then beside neap
---@field actuator? "stop"|"freeze"|"none" how a task is held: signals, a cgroup v2, not at all; default stop
---@field defaults? table<string, any> limits for every job that does not say otherwise (docs/LIMITS.md), and clean_env
---@field leftovers? "end"|"wait"|"leave" what becomes of the processes that a task leaves behind; default end
---@field adopt? boolean this process is the runtime's own: it takes over the tasks of a guard that died; default true in `neap`, else false
---@field realtime? boolean SCHED_FIFO for this thread, where allowed; default false
---@field stuck_after? neap.duration stopped or stuck for so long, we let the tasks run until we are back; 100 ms or more, 0: never; default 2 s
---@field without? ("cgroup"|"perf")[] what is not to be used though the machine has it
---@field policy_memory? integer|string bytes, or "8M": of the state of a policy file, 1M..1G; default 8M
---@field trust? boolean policy files run in this Lua state without bounds; default false
---@field record? string a file that the run is recorded in, overwritten; neap.replay() does it again
---@field profile? boolean count and time the calls of hooks, for rt:profile(); default false

---A runtime. It is closed at the end of its scope when it is declared `local rt <close>`.
---
---Every method raises when the runtime is closed, and for misuse of its arguments. An error that a
---handler raises ends rt:run(), which raises it.
---@class neap.runtime
---@field policy string the name of the policy in charge; read-only
---@field quantum integer ns; read-only
---@field cpus integer how many tasks run at once; read-only
---@field ideal? "weight"|"equal" the share that the policy owes a task that is always ready; read-only
local rt = {}

---Makes a process task. The program is looked up now; it is started when it is first picked.
---In a hook: no. Raises: misuse; an unknown key with a suggestion; a limit that it cannot have.
---Returns nil: there is no such program, or it may not be run; the policy refused it; no guard; the
---clock is virtual.
---@param job neap.job
---@return neap.task? task
---@return string? message
---@return integer? errno
function rt:spawn(job) end

---Makes a task of a process that runs already, with all that it starts. neap never ends it but by
---task:kill() and task:signal().
---In a hook: no. Raises: misuse. Returns nil: it may not be attached: it is this process or an
---ancestor of it, another user's, traced, or not there.
---@param pid integer
---@param spec? neap.spec
---@return neap.task? task
---@return string? message
---@return integer? errno
function rt:attach(pid, spec) end

---Makes a virtual task: no process, its CPU time is the time it holds a cpu.
---In a hook: no. Raises: misuse; an unknown key with a suggestion. Returns nil: the policy refused
---it; out of memory.
---@param spec neap.spec
---@return neap.task? task
---@return string? message
---@return integer? errno
function rt:task(spec) end

---Runs until nothing is left to do, rt:stop(), or the time is over. In virtual time give a time: it
---passes whole.
---In a hook: no. Raises: inside a handler, too; what a handler raised. Returns nil: it would never
---end (tasks in virtual time, and no time given); the guard died.
---@param time? neap.duration 0: what is due now
---@return true? done
---@return string? message
---@return integer? errno
function rt:run(time) end

---Makes rt:run() return after this turn of the loop.
---In a hook: yes. Raises: misuse. Returns nil: never.
function rt:stop() end

---Ends all tasks and waits for that, tells their exits and what the policy's exit() says, and frees
---everything. Twice does no harm.
---In a hook: no. Raises: inside a handler, too; what an exit handler raised. Returns nil: never.
function rt:close() end

---Ends all tasks, but returns at once: rt:run() returns when they are gone. Those not yet started
---are cancelled, those attached are left.
---In a hook: no. Raises: misuse. Returns nil: never.
---@param mode? "grace"|"now" grace: TERM, and KILL after the grace time (default); now: KILL
---@return true done
function rt:finish(mode) end

---The runtime's clock: monotonic, or virtual time from 0. Constant within a decision.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@return integer ns
function rt:now() end

---Calls a function once, a time from now. A task that ends does not cancel it.
---In a hook: no. Raises: misuse. Returns nil: out of memory.
---@param delay neap.duration
---@param fn fun(timer: neap.timer)
---@return neap.timer? timer
---@return string? message
---@return integer? errno
function rt:after(delay, fn) end

---Calls a function each period from now on, without drift; turns that were missed are left out.
---In a hook: no. Raises: misuse; a period below 1 us. Returns nil: out of memory.
---@param period neap.duration
---@param fn fun(timer: neap.timer)
---@return neap.timer? timer
---@return string? message
---@return integer? errno
function rt:every(period, fn) end

---Runs a function as a coroutine: it begins in the next turn of the loop. In it rt:sleep(),
---task:wait() and co:wait() let the loop go on, and so does a plain coroutine.yield(), until the next
---turn. A coroutine keeps rt:run() going while it sleeps or waits. An error in one is reported (an
---`error` event of kind "script", else on stderr) and ends only that one. Closing the runtime ends
---those that are left, the youngest first: their to-be-closed variables are closed.
---In a hook: no. Raises: misuse; the runtime is being closed. Returns nil: out of memory.
---@param fn fun(...: any): any
---@param ... any the function's arguments
---@return neap.coroutine? co
---@return string? message
---@return integer? errno
function rt:go(fn, ...) end

---Sleeps: in a coroutine of rt:go() the loop and all else go on meanwhile; elsewhere it runs the loop
---for that time, whatever there is to do, unless rt:stop() ends it.
---In a hook: no. Raises: misuse; inside a handler or a coroutine of another kind; where a C function
---stands in between; what a handler raised. Returns nil: out of memory; the guard died.
---@param time neap.duration
---@return true? done
---@return string? message
---@return integer? errno
function rt:sleep(time) end

---What a replay that was opened with `metrics` was like so far, in the words of a simulation's report;
---after that nothing more is measured.
---In a hook: no. Raises: misuse; no metrics; asked twice. Returns nil: out of memory.
---@return neap.meter.report? report
---@return string? message
---@return integer? errno
function rt:metrics() end

---Where a replay is, and whether what its policies say is what was recorded.
---In a hook: yes. Raises: misuse. Returns nil: this runtime is no replay.
---@return neap.replay.state? state
function rt:replay() end

---Cancels a timer, as timer:cancel() does.
---In a hook: no. Raises: misuse; another runtime's timer. Returns nil: it is done with already.
---@param timer neap.timer
---@return true? done
---@return string? message
---@return integer? errno
function rt:cancel(timer) end

---Adds a handler. "exit": fn(task, how, code), when everything of a task is gone. "switch": fn(cpu,
---from, to), a cpu goes from one task (or nil) to another. "error": fn(report). Without a handler
---of "error" reports go to stderr, those of kind "log" nowhere.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param event "exit"|"switch"|"error"
---@param fn fun(...: any)
---@return function fn the same
---@overload fun(self: neap.runtime, event: "exit", fn: fun(task: neap.task, how: neap.how, code: integer)): function
---@overload fun(self: neap.runtime, event: "switch", fn: fun(cpu: integer, from?: neap.task, to?: neap.task)): function
---@overload fun(self: neap.runtime, event: "error", fn: fun(report: neap.report)): function
function rt:on(event, fn) end

---Takes a handler away.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param event "exit"|"switch"|"error"
---@param fn function
---@return boolean found
function rt:off(event, fn) end

---Calls a function in the loop when this process gets a signal; nil gives the signal back.
---In a hook: no. Raises: misuse. Returns nil: in virtual time; another runtime has the signal.
---@param signal neap.signal
---@param fn? fun(name: string, signo: integer)
---@return true? done
---@return string? message
---@return integer? errno
function rt:on_signal(signal, fn) end

---Calls a function in the loop, once, when a child of this process has ended, and waits for it; nil:
---it is no longer watched. For processes that the script or its host has started itself: not tasks,
---which `exit` tells of, nor what tasks start. Another function for the same child replaces the first.
---Until the end it keeps rt:run() going, but not rt:close(). No other child is waited for, and SIGCHLD is not touched.
---`how` is "exit" or "signal"; "lost": another wait took its status. Where a pid comes from: a C host
---or a library such as luaposix knows it; io.popen() does not tell, but the shell that it starts does
---(`io.popen "echo $$; exec make"`), and its close() then returns nil.
---In a hook: no. Raises: misuse. Returns nil: no such child, or it was waited for; in virtual time.
---@param pid integer
---@param fn? fun(pid: integer, how: neap.how, code: integer)
---@return (neap.child|true)? child true when `fn` is nil
---@return string? message
---@return integer? errno
function rt:on_child(pid, fn) end

---The task on a cpu.
---In a hook: yes. Raises: misuse. Returns nil: the cpu is empty.
---@param cpu integer from 0
---@return neap.task? task
function rt:current(cpu) end

---The task of an id.
---In a hook: yes. Raises: misuse. Returns nil: it has ended, or never was.
---@param id integer
---@return neap.task? task
function rt:find(id) end

---Walks over all tasks that have not ended, in order of id: `for task in rt:tasks() do`.
---In a hook: yes. Raises: misuse. Returns nil: never; the iterator does, past the last.
---@return fun(): neap.task? next
function rt:tasks() end

---Puts another policy in charge, between two decisions. What save of the old one returns is given
---to restore of the new one. On any failure the old one stays.
---In a hook: no. Raises: misuse. Returns nil: the policy is not there, its file or a parameter is
---refused, its init or a task was refused, save failed.
---@param policy string|neap.policy
---@param params? table<string, string|number|boolean>
---@return true? done
---@return string? message
---@return integer? errno
function rt:set_policy(policy, params) end

---Reads the file of the policy again, and puts it in charge with the same parameters.
---In a hook: no. Raises: misuse. Returns nil: as rt:set_policy(); the policy was given as a table.
---@return true? done
---@return string? message
---@return integer? errno
function rt:reload() end

---Sets the period of the tick. Slices that run are not changed.
---In a hook: no. Raises: misuse. Returns nil: never.
---@param quantum neap.duration 1 ms..1 s
---@return true done
function rt:set_quantum(quantum) end

---Sets how many tasks run at once.
---In a hook: no. Raises: misuse. Returns nil: more than this process may use.
---@param cpus integer 1..1024
---@return true? done
---@return string? message
---@return integer? errno
function rt:set_cpus(cpus) end

---Pauses the scheduler: every started task runs freely, as if neap were not there.
---In a hook: no. Raises: misuse. Returns nil: it is paused already.
---@return true? done
---@return string? message
---@return integer? errno
function rt:pause() end

---Schedules again. What the tasks used meanwhile is charged.
---In a hook: no. Raises: misuse. Returns nil: it is not paused.
---@return true? done
---@return string? message
---@return integer? errno
function rt:resume() end

---Stops all tasks, then this process (SIGSTOP), and returns when it was continued.
---In a hook: no. Raises: misuse. Returns nil: in virtual time.
---@return true? done
---@return string? message
---@return integer? errno
function rt:suspend() end

---Decides now: the slices of all running tasks end.
---In a hook: no. Raises: misuse. Returns nil: never.
---@return true done
function rt:trigger() end

---Ends the slice of the task on a cpu.
---In a hook: no. Raises: misuse. Returns nil: nobody runs there; with the actuator none.
---@param cpu? integer default 0
---@return true? done
---@return string? message
---@return integer? errno
function rt:yield(cpu) end

---What the runtime counts.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@return neap.stats stats
function rt:stats() end

---What the hooks of the policy took, where the runtime was made with `profile`: by name of hook,
---the calls and the wall time in them, the reading of the clock included.
---In a hook: yes. Raises: misuse. Returns nil: never; the table is empty where nothing is known.
---@return table<string, neap.profile> hooks
function rt:profile() end

---The CPUs that tasks are confined to.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@return string cpus "0-3,8", or "" when they are not confined
function rt:placement() end

---A timer of rt:after() or rt:every().
---@class neap.timer
local timer = {}

---Cancels it. Its function is not called again.
---In a hook: no. Raises: misuse. Returns nil: it is done with already.
---@return true? done
---@return string? message
---@return integer? errno
function timer:cancel() end

---Its next call is so much from now instead; one of rt:every() goes on from there. In its own call,
---one of rt:after() is called once more.
---In a hook: no. Raises: misuse. Returns nil: it is done with already.
---@param time neap.duration
---@return true? done
---@return string? message
---@return integer? errno
function timer:rearm(time) end

---A child of this process that rt:on_child() watches.
---@class neap.child
local child = {}

---It is no longer watched, and not waited for.
---In a hook: no. Raises: misuse. Returns nil: it has ended, or is no longer watched.
---@return true? done
---@return string? message
---@return integer? errno
function child:cancel() end

---A coroutine of rt:go().
---@class neap.coroutine
---@field done boolean it has ended, in whatever way
---@field result? any the first value that its function returned
---@field message? string why it ended without one: its error, "cancelled", "the runtime was closed"
local co = {}

---Waits for its end, like task:wait(): in a coroutine the loop goes on, elsewhere it is run. Returns
---what the function returned.
---In a hook: no. Raises: misuse; for itself; inside a handler; what a handler raised. Returns nil: it
---failed, with its message; it was cancelled; the run was stopped first; as its function does.
---@return any? result and the others
---@return string? message
---@return integer? errno
function co:wait() end

---Ends it where it sleeps or waits: its to-be-closed variables are closed, now. Who waits for it gets
---nil and "cancelled".
---In a hook: no. Raises: misuse; it is running. Returns nil: it has ended already.
---@return true? done
---@return string? message
---@return integer? errno
function co:cancel() end

---What a task is to the scheduler: what rt:task() and rt:attach() take.
---@class neap.spec
---@field name? string default: the program's name, or "task"
---@field priority? integer 0..10, higher is more important; default 5
---@field weight? integer 1..10000, its share of the CPU; default: from the priority
---@field estimate? neap.duration the CPU time that it is expected to need; default 0: none
---@field deadline? neap.duration when it should be done, on the runtime's clock (`rt:now() + ...`); default 0: none
---@field period? neap.duration how often it comes again; default 0: none
---@field group? integer 0 or more: which tasks belong together; default 0: none
---@field data? any what task.data gives back

---A process to start: `{ "make", "-j4", name = "build" }`. Every limit may be a text, as on the
---command line, or a number; docs/LIMITS.md tells what each needs.
---@class neap.job: neap.spec
---@field [integer] string the program, looked up in the job's PATH, and its arguments
---@field cwd? string default: the runtime's
---@field env? table<string, string> set in the environment that it inherits
---@field clean_env? boolean nothing is inherited; default false
---@field stdin? "null"|"inherit"|integer|file* default null; or a descriptor
---@field stdout? integer|file* a descriptor in place of what `output` says
---@field stderr? integer|file* likewise
---@field output? "inherit"|"null"|"tag"|"group"|"files" default inherit
---@field output_dir? string of output = "files": it must be there
---@field timeout? neap.duration it is ended when it has run and slept for so long; default 0: never
---@field may_be_late? boolean its deadline does not end it; default false
---@field memory? integer|string bytes, 1 MiB or more
---@field address_space? integer|string bytes, 1 MiB or more
---@field cpu_time? integer|string CPU time of each process, rounded up to seconds
---@field file_size? integer|string bytes
---@field files? integer|string open ones, 4 or more
---@field processes? integer|string 1 or more
---@field core? integer|string bytes of a core file
---@field stack? integer|string bytes, 128 KiB or more
---@field nice? integer|string -20..19
---@field ionice? string "idle", "best-effort:0..7", "realtime:0..7"
---@field sched? string "batch" (default), "other", "idle", "fifo:1..99", "rr:1..99", "deadline:RUNTIME/DEADLINE/PERIOD"
---@field bind? string|integer[] "0-3,8", { 0, 2 }, or "pin": its cpu's own CPU
---@field umask? integer|string 0..0777 (a number is its value, a text is octal)
---@field user? string "user", "user:group", ":group"
---@field no_new_privs? boolean|string set-uid programs give it nothing
---@field cpu_max? number|string CPUs of the whole task, 0.01..1024
---@field cpu_weight? integer|string 1..10000
---@field io_weight? integer|string 1..10000

---What rt:stats() returns: counts since the runtime was made.
---@class neap.stats
---@field policy string the one in charge
---@field cpus integer
---@field quantum_ns integer
---@field wall_ns integer since the runtime was made
---@field neap_cpu_ns integer CPU time of neap itself
---@field decisions integer turns of the core that had something to decide
---@field dispatches integer times that a task was given a cpu
---@field context_switches integer times that a cpu went to another task than it had last
---@field preemptions integer times that a task lost its cpu to another, and could have gone on
---@field voluntary integer times that a task gave up its cpu: yielded, slept, ended
---@field late_ticks integer decisions more than a tenth of a quantum late
---@field late_ns integer by how much, in all
---@field ticks integer of the timer, missed ones included
---@field missed_ticks integer those that came together with a later one
---@field failures integer of hooks
---@field ejections integer of policies
---@field clamped integer slices below 1 ms
---@field forced integer turns given by max_hold
---@field escaped integer processes found outside their tree, and ended
---@field active integer tasks that have not ended
---@field waiting integer of these, those beyond max_alive
---@field counters table<string, integer> of the policy: self:count()

---One hook in rt:profile().
---@class neap.profile
---@field calls integer
---@field ns integer in all
---@field allocations? integer calls of the allocator of its own state in them: each asks for memory, or gives some back; nil where it has no such state

---What a handler of "error" is given.
---@class neap.report
---@field kind "log"|"failure"|"ejected"|"task"|"guard"|"output"|"record"|"script" failure: a hook failed, its default answered; ejected: `fair` took over; script: a coroutine failed
---@field policy? string
---@field hook? string
---@field message? string
---@field trace? string traceback, or the state of the queues
---@field task? integer id of the task that it is about
