-- neap.lua - the module "neap", for the Lua language server and for docs/LUA_API.md.
--
-- Every function's comment has, after what it does, three sentences that a test looks for:
-- "In a hook:", "Raises:" and "Returns nil:". rt.lua, task.lua and policy.lua beside it go on.
-- luacheck: ignore 212 241 631
---@meta neap

---`local neap = require "neap"`: the same from `lua5.4`, in `neap SCRIPT.lua` and inside a C host.
---A policy file has the entries marked [policy] and no others.
---
---Times are integers in nanoseconds. Where a duration is asked for, a text such as `"10ms"`,
---`"1.5s"`, `"2h"` (ns, us, ms, s, m, h) will do, too; negative ones are refused. A float that is
---whole (`7.0`) is taken as an integer; a string is never taken as a number, nor a number as a
---string.
---
---What can fail in normal life returns nil, a message and an errno. Misuse (a wrong type, a value
---out of its range, an unknown key) raises an error that names the argument. Where an entry says
---"Raises: misuse" it is that alone. Where one says "In a hook: no" it raises `not inside a policy
---hook` there.
---@class neap
---@field ns integer [policy] 1
---@field us integer [policy] 1000
---@field ms integer [policy] 1000000
---@field s integer [policy] 1000000000
---@field minute integer [policy] 60 s
---@field hour integer [policy] 3600 s
---@field forever integer [policy] math.maxinteger: a slice without end, a time that never comes
---@field version string such as "0.1.0"
---@field limits string[] the names of all limits of jobs, see neap.job
local neap = {}

---Makes a runtime: a scheduler with its policy, tasks, clock and timers.
---In a hook: yes, in a policy given as a table; it is another runtime, and must not be run there.
---Raises: misuse; an unknown option with a suggestion.
---Returns nil: the policy is not there, or its file, a parameter or its init is refused; more cpus
---than this machine has; an actuator that this machine lacks; out of memory.
---@param options? neap.runtime.options
---@return neap.runtime? rt
---@return string? message
---@return integer? errno
function neap.runtime(options) end

---Runs a workload in virtual time and says what it was like: turnaround, response, waits, fairness,
---deadlines. A policy runs there as it does on real processes.
---In a hook: yes, in a policy given as a table, but it takes its time.
---Raises: misuse; an unknown option with a suggestion.
---Returns nil: the workload makes no sense (the message names file, task, field and value), or has no
---end and there is no limit; the policy or a parameter is refused; out of memory.
---@param options neap.simulation.options
---@return neap.simulation.report? report
---@return string? message
---@return integer? errno
function neap.simulate(options) end

---[policy] Says that a table is a policy, and returns it. Only the name is checked; hooks may be
---added until a runtime takes it, which checks them all.
---In a hook: yes. Raises: what is no table, or has no name. Returns nil: never.
---@param definition neap.policy.definition
---@return neap.policy policy the same table
function neap.policy(definition) end

---[policy] Makes an empty first-in-first-out queue of tasks, in C.
---In a hook: yes; make it in init, since it allocates. Raises: out of memory. Returns nil: never.
---@return neap.fifo fifo
function neap.fifo() end

---[policy] Makes an empty queue of tasks ordered by a key, least first, in C.
---In a hook: yes; make it in init, since it allocates. Raises: out of memory. Returns nil: never.
---@return neap.heap heap
function neap.heap() end

---Reads a duration.
---In a hook: yes. Raises: what is none, or is negative. Returns nil: never.
---@param time neap.duration
---@return integer ns
function neap.duration(time) end

---The weight that a priority stands for: round(100 * 1.25^(priority - 5)).
---In a hook: yes. Raises: what is no integer from 0 to 10. Returns nil: never.
---@param priority integer 0..10
---@return integer weight 33..305
function neap.weight(priority) end

---The word of a list that another was probably meant to be.
---In a hook: yes. Raises: misuse. Returns nil: none is near.
---@param word string
---@param list string[]
---@return string? near
function neap.suggest(word, list) end

---The bundled policies, sorted by name.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@return neap.policy.about[] list
function neap.policies() end

---What a policy is: its hooks, parameters and what it declares. A file is loaded for that, and its
---init is not called.
---In a hook: yes. Raises: what is no string. Returns nil: there is no such policy, or its file is
---refused.
---@param policy string a name, an alias or a path
---@return neap.policy.description? about
---@return string? message
---@return integer? errno
function neap.describe(policy) end

---What this machine and this user allow, as `neap doctor` prints it.
---In a hook: yes, but it takes some 200 ms. Raises: misuse. Returns nil: out of memory.
---@return neap.facts? facts
---@return string? message
---@return integer? errno
function neap.facts() end

---Opens a recorded run (neap.runtime{ record = }) as a runtime that is driven by it: rt:run()
---does it again, its tasks and accounts are those of the run at each instant, handlers of `exit`,
---`switch` and `error` are called as they were then. Nothing in it can be changed.
---In a hook: no. Raises: misuse; an unknown key with a suggestion. Returns nil: the file cannot be
---read, or is no recorded run.
---@param path string
---@param options? neap.replay.options
---@return neap.runtime? rt
---@return string? message
---@return integer? errno
function neap.replay(path, options) end

---Finds the processes that runtimes of this user left behind which died together with their guards,
---and continues or ends them. Waits until that is done.
---In a hook: yes, but it waits. Raises: misuse; an unknown key with a suggestion.
---Returns nil: what was left cannot be read.
---@param options? neap.rescue.options
---@return neap.rescue.left[]? list what there was
---@return string? message
---@return integer? errno
function neap.rescue(options) end

---Checks a limit of a job as a runtime would, and returns nothing.
---In a hook: yes. Raises: an unknown limit, and a value that it cannot have, with the remedy.
---Returns nil: never.
---@param name string one of neap.limits
---@param value string|number|boolean|integer[]
function neap.limit(name, value) end

---The sentence for an errno, neap's own or the system's.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param errno integer of either sign
---@return string sentence
function neap.strerror(errno) end

---The name of a signal: `"TERM"` for 15.
---In a hook: yes. Raises: misuse. Returns nil: the number has no name.
---@param signo integer
---@return string? name
function neap.signal_name(signo) end

---A text that differs when a file does, to watch it by.
---In a hook: yes. Raises: misuse. Returns nil: there is no such file.
---@param path string
---@return string? stamp
function neap.stamp(path) end

---Looks at a terminal.
---In a hook: yes. Raises: misuse. Returns nil: the descriptor is no terminal.
---@param descriptor integer 0 or more
---@return integer? columns 0: it does not know
---@return boolean? foreground this process is in its foreground
function neap.terminal(descriptor) end

---Would a line go out without waiting, now or within a time? True as well where the write would
---fail at once.
---In a hook: yes, but with a time it waits. Raises: misuse. Returns nil: never.
---@param descriptor integer 0 or more
---@param time? neap.duration default 0, at most an hour
---@return boolean writable
function neap.writable(descriptor, time) end

---@alias neap.duration integer|string nanoseconds, or a text such as "10ms"
---@alias neap.signal integer|string 1..64, or a name with or without SIG: "TERM", "SIGUSR1"

---One of neap.policies().
---@class neap.policy.about
---@field name string
---@field alias? string a short name
---@field summary? string one line: when to choose it
---@field language "C"|"Lua"
---@field ideal? "weight"|"equal" the share that it owes a task that is always ready; nil: none
---@field starves boolean long waits are its order: the watchdog lets them pass
---@field idles boolean it leaves cpus empty on purpose

---What neap.describe() returns.
---@class neap.policy.description: neap.policy.about
---@field base? string the policy in C whose hooks stand where it gives none
---@field hooks string[] those that it gives
---@field preempts boolean a less key takes the cpu of the greatest
---@field params neap.policy.param[]

---@class neap.policy.param
---@field name string
---@field default? string nil: of a policy in C, which tells none

---What neap.facts() returns: a list, and whether neap can work here at all.
---@class neap.facts
---@field usable boolean
---@field [integer] neap.fact

---@class neap.fact
---@field name string a word that stays: "cgroup"
---@field state "ok"|"degraded"|"missing"
---@field needed boolean while it is missing, no process can be a task here
---@field value? string
---@field remedy? string what would make it better

---@class neap.replay.options
---@field mode? "ask"|"take" ask the policies again and compare (default), or take the recorded answers
---@field events? fun(kind: string, now: integer, task: integer, text: string, ...: integer) called for each event (docs/TRACE.md) as it is done again, also inside hooks
---@field metrics? boolean measure what rt:metrics() tells; default false
---@field timeline? integer keep so many segments of who ran when, for rt:metrics()
---@field not_asked? integer bit n: the n-th policy of the run (from 0) is not asked
---@field policy_memory? integer|string bytes, or "8M": of the state of a policy, 1M..1G; default 8M

---What rt:replay() returns.
---@class neap.replay.state
---@field records integer read so far
---@field bytes integer likewise
---@field answers integer of policies, that were compared or taken
---@field taken integer those of them that were not compared
---@field start integer ns, on the runtime's clock, when the run began
---@field time_of_day integer ns since 1970 then; 0: unknown
---@field over boolean there is no more
---@field cut boolean the file ends inside a record, or without a checksum: the run was killed
---@field policies integer that have been in charge, but for ejections
---@field not_asked integer those whose answers were taken, bit by bit
---@field unknown integer those of them that nobody has: no text of theirs was recorded
---@field difference? string the first answer that is not the recorded one
---@field stopped_then boolean it differs because the machine stopped the policy then, and not now

---@class neap.rescue.options
---@field action? "by_record"|"list"|"continue"|"end" by_record: what each runtime wanted (default)
---@field grace? neap.duration from TERM to KILL; default 2 s

---A process that neap.rescue() found.
---@class neap.rescue.left
---@field pid integer
---@field runtime integer the pid of the runtime that died
---@field task integer its id there; 0: unknown
---@field stopped boolean
---@field command string

return neap
