-- sim.lua - simulations: what neap.simulate{} takes and returns, and what workloads are made of.
-- luacheck: ignore 212 241 631
---@meta _

---What neap.simulate{} takes; everything but the workload may be left out.
---@class neap.simulation.options
---@field workload neap.sim.task[]|(fun(w: neap.workload): neap.sim.task[]?)|string tasks; or a function that adds them to w, or returns them; or a file: FILE.lua that returns either, FILE.json of rt-app
---@field policy? string|neap.policy a name, a path or a table of neap.policy{}; default "fair"
---@field params? table<string, string|number|boolean> the policy's parameters
---@field cpus? integer 1..1024; default 1
---@field quantum? neap.duration 1 ms..1 s; default 10 ms
---@field seed? integer of the workload's chance and of the policy's; default 1
---@field limit? neap.duration it ends then at the latest; default: when all tasks have ended
---@field max_hold? neap.duration a task waits no longer for a turn; default: no bound
---@field policy_memory? integer|string bytes, or "8M": of the state of a policy file, 1M..1G; default 8M
---@field trust? boolean policy files run in this Lua state without bounds; default false
---@field profile? boolean count and time the calls of hooks, for report.profile; default false
---@field fairness? boolean measure lag, Jain's index and the RMS error, too; default true
---@field tasks? boolean report.rows has every task; default false
---@field timeline? boolean|integer report.timeline has who ran when, at most so many segments (true: 100,000); default false

---A task of a workload, or many that are alike.
---@class neap.sim.task
---@field name? string default "task" and its number
---@field arrival? neap.duration from the start; of a child: from what its parent did; default 0
---@field work? neap.duration|neap.duration[] the CPU time that it needs, or { run, sleep, run, ... }; default: it runs without end
---@field times? integer|"always" how often it does that; a sleep at the end of the last round is left out; default 1
---@field count? integer how many of it there are; default 1
---@field every? neap.duration the time between their arrivals; default 0
---@field priority? integer 0..10; default 5
---@field weight? integer 1..10000; default: from the priority
---@field estimate? neap.duration|true what the policy is told that it needs; true: what it does need; default: nothing
---@field period? neap.duration round k begins no earlier than k periods after the arrival; default: at once
---@field deadline? neap.duration after the arrival, or with a period after each release; default: the period, else none
---@field group? integer|string which tasks belong together; a name becomes a number of its own
---@field children? neap.sim.task[] tasks that this one brings
---@field after? integer|"end" of a child: it comes when so many runs of its parent are over, or at its end; default 0: with it

---Many values of one kind: percentiles are of the nearest rank, and exact while there are no more than
---2^20 values; else at most 1 % too large.
---@class neap.sim.times
---@field count integer how many; 0: the others are 0, too
---@field mean_ns integer
---@field p50_ns integer
---@field p95_ns integer
---@field p99_ns integer
---@field max_ns integer
---@field exact boolean

---@class neap.sim.ratios
---@field count integer
---@field mean number to a thousandth, as all of them
---@field p50 number
---@field p95 number
---@field p99 number
---@field max number
---@field exact boolean

---What a run was like: a simulation, or one that was recorded (rt:metrics()). All times are
---integers in ns.
---@class neap.meter.report
---@field cpus integer
---@field tasks integer that have come
---@field ended integer
---@field from_ns integer the first arrival
---@field makespan_ns integer from that to the last event
---@field busy_ns integer of all cpus together
---@field utilisation number busy_ns / (makespan_ns * cpus)
---@field throughput number tasks ended in a second
---@field turnaround neap.sim.times from arrival to end, of the tasks that have ended
---@field response neap.sim.times from arrival to the first turn
---@field wait neap.sim.times all the time that a task was ready and had no cpu
---@field stretch neap.sim.times each time of waiting at one go: what somebody at a keyboard feels
---@field slowdown neap.sim.ratios turnaround over what it would have been alone
---@field longest_waiter? integer the id of the task whose stretch.max_ns is
---@field starved integer tasks that waited longer at a stretch than the watchdog allows
---@field deadlines integer that have come
---@field missed integer of these
---@field latest_ns integer the most by which one was missed
---@field context_switches integer
---@field preemptions integer
---@field lag_ns? integer the most that a task was behind its ideal service, within one runnable time
---@field lagging? integer the id of that task
---@field jain? number Jain's index of service over ideal service: 1 is fair, 1/n one has all
---@field rms_error? number of service against ideal service in a cycle; 0.01 is 1 %
---@field cycles? integer that are in it
---@field timeline? neap.sim.segment[] who ran and who slept, in order of the ends; where a task did neither it waited
---@field timeline_to_ns? integer nothing that ended later is in the timeline; nil: all is

---What neap.simulate{} returns. The same options give the same report.
---@class neap.simulation.report: neap.meter.report
---@field policy string in charge at the end
---@field quantum_ns integer
---@field seed integer
---@field refused integer by the policy
---@field refusal? string what it said of the first of these
---@field limited boolean it ended by the limit, with something left to do
---@field end_ns integer when it ended
---@field decisions integer of the core
---@field dispatches integer
---@field failures integer of hooks
---@field ejections integer of policies
---@field clamped integer slices below 1 ms
---@field forced integer turns given by max_hold
---@field reports neap.report[] failures, ejections, and lines of policies: the first 100
---@field reports_dropped integer
---@field notes string[] what of the file could not be taken over
---@field profile? table<string, neap.profile> by hook, where it was asked for
---@field rows? neap.sim.row[] the tasks, by id

---@class neap.sim.row
---@field id integer in order of coming, from 1
---@field name string
---@field index integer its number in the workload, children behind their parents
---@field copy integer which one of `count`, from 1
---@field weight integer
---@field arrival_ns integer
---@field first_run_ns? integer
---@field end_ns? integer nil: it had not ended
---@field turnaround_ns? integer
---@field response_ns? integer
---@field wait_ns integer
---@field longest_wait_ns integer
---@field cpu_ns integer
---@field slowdown? number
---@field missed integer deadlines
---@field starved boolean

---@class neap.sim.segment
---@field task integer its id
---@field from_ns integer
---@field to_ns integer
---@field cpu? integer nil: it slept

---What a workload's function is given: it draws tasks, all from one seed. math.random() in a workload
---file is the seed's, too.
---@class neap.workload
---@field seed integer
---@field tasks neap.sim.task[] those added so far
local w = {}

---Adds a task.
---In a hook: yes. Raises: never. Returns nil: never.
---@param task neap.sim.task
---@return neap.sim.task task
function w:add(task) end

---A number from 0 to 1, without 1; with one argument from 1 to it, with two from one to the other,
---whole.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param least? integer
---@param most? integer
---@return number n
function w:random(least, most) end

---One of a list.
---In a hook: yes. Raises: misuse. Returns nil: never, but the list is empty.
---@param list any[]
---@return any item
function w:choice(list) end

---A duration between two, each as likely.
---In a hook: yes. Raises: what is no duration. Returns nil: never.
---@param least neap.duration
---@param most neap.duration
---@return integer ns
function w:uniform(least, most) end

---A duration of this mean, exponential: short ones are likely.
---In a hook: yes. Raises: what is no duration. Returns nil: never.
---@param mean neap.duration
---@return integer ns
function w:exponential(mean) end

---A duration with a heavy tail, within bounds.
---In a hook: yes. Raises: a bound that is missing or no duration. Returns nil: never.
---@param given { min: neap.duration, max: neap.duration, alpha: number? } alpha: default 1.1
---@return integer ns
function w:pareto(given) end

---Adds `count` tasks that come independently of each other, `rate` a second.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param given { rate: number, count: integer, from: neap.duration?, task: neap.sim.task|(fun(i: integer): neap.sim.task) }
function w:poisson(given) end

---Adds one that works a little and thinks in between, exponential both.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param given { run: neap.duration?, think: neap.duration?, rounds: integer?, name: string?, arrival: neap.duration?, task: neap.sim.task? } default 5 ms, 100 ms, 100
---@return neap.sim.task task
function w:interactive(given) end

---Divides a total into n parts, evenly over all that there are (UUniFast).
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param n integer
---@param total number
---@return number[] parts
function w:shares(n, total) end

---Adds `n` periodic tasks that need `utilisation` cpus together, for so long a `time`.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param given { n: integer, utilisation: number, time: neap.duration?, min: neap.duration?, max: neap.duration?, periods: neap.duration[]?, task: neap.sim.task? } default 10 s, periods of 10 to 200 ms
function w:periodic(given) end

---Adds a task that starts `fanout` children, each when a run of it is over, `depth` generations deep.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param given { depth: integer?, fanout: integer?, work: neap.duration?, name: string?, arrival: neap.duration?, task: neap.sim.task? } default 2, 3, 10 ms
---@return neap.sim.task task
function w:fork_tree(given) end
