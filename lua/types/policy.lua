-- policy.lua - what a policy is, what its hooks are given, and its queues.
-- luacheck: ignore 212 241 431 432 631
---@meta _

---@alias neap.why "new"|"expired"|"preempted"|"woken"|"yielded"|"resumed"|"changed"|"paused"|"blocked"|"ended"|"forced" why a task came or went
---@alias neap.what "priority"|"weight"|"deadline"|"affinity"|"group"|"charged" what of a task has changed; charged: a late correction of its CPU time
---@alias neap.reason "replaced"|"ejected"|"closed" why a policy gives up

---What neap.policy{} takes: these declarations, hooks (see neap.policy), and fields of the
---author's. A field that is a number, a string or a boolean is a parameter with its default: `-s
---name=value` sets it to a value of the same type. Names that begin with `_` are no parameters, and
---functions of the author's own must begin so: another unknown one is refused, with a suggestion.
---The table must have no metatable. It is read once; `self` is a copy of it.
---@class neap.policy.definition
---@field name string
---@field alias? string another name for it
---@field summary? string one line: what it promises, when to choose it
---@field base? string a policy in C (fair, round_robin, priority) whose hooks stand where this table gives none
---@field starves? boolean long waits are its order: the watchdog lets them pass; default: base's, or false
---@field idles? boolean it leaves cpus empty on purpose while tasks wait; default: base's, or false
---@field preempts? boolean beside key: see there; default: false
---@field ticks? "always" `tick` comes when nobody waits, too
---@field ideal? "weight"|"equal" the share that it owes a task that is always ready; default: base's, unless the queue is replaced
---@field [string] any a parameter, a hook, or the author's own

---`self` in a hook: the fields of the policy's table, and these, unless the author has a field of
---that name. What a policy keeps in it belongs to one runtime.
---
---The fields and verbs are there while a hook runs, and raise elsewhere; the verbs raise in init
---(of which restore is a part) and, but for log, in exit, too.
---@class neap.self
---@field now integer ns on the runtime's clock, constant within a decision
---@field quantum integer ns
---@field cpus integer how many tasks run at once
---@field ready integer how many tasks the policy holds
---@field base neap.base the hooks of `base`; nil where none is declared
local self = {}

---Draws a number, from the runtime's seed: as math.random(). Without arguments a float in [0, 1).
---In a hook: yes, but not in init, restore, exit. Raises: misuse; an empty interval. Returns nil: never.
---@param low? integer alone: the numbers from 1 to it
---@param high? integer
---@return number
function self:random(low, high) end

---Writes a line to the runtime's log: a report of kind "log".
---In a hook: yes, but not in init, restore. Raises: what cannot be made a string. Returns nil: never.
---@param text any
function self:log(text) end

---Adds one to a counter, which rt:stats().counters and the CLI show. Up to 32 names of 31 letters;
---more are dropped.
---In a hook: yes, but not in init, restore, exit. Raises: misuse. Returns nil: never.
---@param name string
function self:count(name) end

---Has the hook `timer` called in the first decision at or after a time, at least 1 ms away. Set
---again, a timer moves.
---In a hook: yes, but not in init, restore, exit. Raises: misuse; a 65th timer. Returns nil: never.
---@param id integer of your choice
---@param at integer ns on the runtime's clock: `self.now + 5 * neap.ms`
function self:timer(id, at) end

---Takes a timer back; nothing when there is none.
---In a hook: yes, but not in init, restore, exit. Raises: misuse. Returns nil: never.
---@param id integer
function self:cancel_timer(id) end

---Ends the slice of the task on a cpu in this decision; nothing when the cpu is empty.
---In a hook: yes, but not in init, restore, exit. Raises: misuse; no such cpu. Returns nil: never.
---@param cpu integer from 0
function self:resched(cpu) end

---The task on a cpu.
---In a hook: yes, but not in init, restore, exit. Raises: misuse; no such cpu. Returns nil: the cpu is empty.
---@param cpu integer from 0
---@return neap.task? task
function self:on_cpu(cpu) end

---`self.base`: the hooks in C that the policy stands on. One that is not replaced is called without
---Lua. Each of them is there in the hook of its own name, for the task at hand alone; the three of
---the queue are there in all hooks about tasks but init_task and exit_task, where the policy
---replaces one of them.
---@class neap.base
local base = {}

---How long base would let a task run.
---In a hook: slice. Raises: elsewhere; another task. Returns nil: never.
---@param task neap.task
---@return integer ns
function base:slice(task) end

---Tells base that a task got its cpu.
---In a hook: running. Raises: elsewhere; another task. Returns nil: never.
---@param task neap.task
function base:running(task) end

---Tells base that a task gave up its cpu.
---In a hook: stopping. Raises: elsewhere; another task; misuse. Returns nil: never.
---@param task neap.task
---@param ran? integer ns; default: what the hook was given
function base:stopping(task, ran) end

---Asks base whether a task's slice is over.
---In a hook: tick. Raises: elsewhere; another task; misuse. Returns nil: never.
---@param task neap.task
---@param ran? integer ns; default: what the hook was given
---@return boolean over
function base:tick(task, ran) end

---Asks base who must go.
---In a hook: preempt. Raises: elsewhere; another task. Returns nil: nobody must.
---@param task neap.task
---@return integer? cpu
function base:preempt(task) end

---Tells base of the change at hand.
---In a hook: update. Raises: elsewhere; another task. Returns nil: never.
---@param task neap.task
function base:update(task) end

---Tells base of the signal at hand.
---In a hook: signal. Raises: elsewhere; another task. Returns nil: never.
---@param task neap.task
function base:signal(task) end

---Tells base of the timer at hand.
---In a hook: timer. Raises: elsewhere. Returns nil: never.
function base:timer() end

---Puts a task that waits into base's queue.
---In a hook: those about the queue and running tasks. Raises: elsewhere; a task that does not wait,
---or is in there. Returns nil: never.
---@param task neap.task
---@param why? neap.why default: what the hook was given, else "changed"
function base:enqueue(task, why) end

---Takes a task out of base's queue.
---In a hook: those about the queue and running tasks. Raises: elsewhere; a task that is not in
---there. Returns nil: never.
---@param task neap.task
---@param why? neap.why default: what the hook was given, else "changed"
function base:dequeue(task, why) end

---Takes the task that base would pick. What pick does not return goes back by itself.
---In a hook: those about the queue and running tasks. Raises: elsewhere; no such cpu. Returns nil:
---base has none for this cpu.
---@param cpu integer
---@return neap.task? task
function base:pick(cpu) end

---A policy: a table of hooks, each of which may be left out. They are called by neap, with `self`
---first. An error, or an answer that is not true, is answered by the hook's default in that
---decision, and counted; three of them in ten seconds, a hook that is stopped, or a task that waits
---without end, eject the policy: `fair` takes over, and no task is lost.
---
---enqueue, dequeue and pick come together, all or none, unless `base` has them. key is an order by
---itself: base, enqueue, dequeue and pick cannot stand beside it.
---@class neap.policy: neap.self
---@field name string
---@field [string] any the declarations, parameters and fields of its table
local policy = {}

---The policy takes over; no task has joined. Set up `self` here. restore comes after it.
---Answer: nothing; false, or nil and a message, refuses the policy. Default: nothing.
---@param params table<string, string|number|boolean> those that were given
---@return boolean? ok
---@return string? message
function policy:init(params) end

---The policy gives up. Its tasks have left, unless it is ejected.
---Answer: nothing. Default: nothing.
---@param reason neap.reason
function policy:exit(reason) end

---A task joins the policy. It may be long until it is first enqueued.
---Answer: nothing; false, or nil and a message, refuses the task. Default: nothing.
---@param task neap.task
---@return boolean? ok
---@return string? message
function policy:init_task(task) end

---A task leaves the policy: it has ended, or the policy goes (how is nil). Once for each init_task;
---not when the policy is ejected.
---Answer: nothing. Default: nothing.
---@param task neap.task
---@param how? neap.how
---@param code integer
function policy:exit_task(task, how, code) end

---A task is ready and waits: the policy holds it now. One that was preempted keeps its place before
---its equals.
---Answer: nothing. Default: a FIFO.
---@param task neap.task
---@param why neap.why
function policy:enqueue(task, why) end

---A task leaves before it was picked.
---Answer: nothing. Default: a FIFO.
---@param task neap.task
---@param why neap.why
function policy:dequeue(task, why) end

---A cpu is free; asked of each free cpu, the lowest first.
---Answer: a task that the policy holds and that may use the cpu, or nil: it stays empty. Anything
---else is refused, and the oldest ready task runs. Default: the head of a FIFO.
---@param cpu integer from 0
---@return neap.task? task
function policy:pick(cpu) end

---A task was picked: for how long? Not asked of one that was preempted: it has what was left.
---Answer: ns, an integer of at least 1 ms (less is taken as 1 ms, and counted), or neap.forever.
---Default: one quantum, or longer as long as nobody waits.
---@param task neap.task
---@return integer ns
function policy:slice(task) end

---A task got a cpu.
---Answer: nothing. Default: nothing.
---@param task neap.task
---@param cpu integer
function policy:running(task, cpu) end

---A task gave up its cpu. Always in a pair with running.
---Answer: nothing. Default: nothing.
---@param task neap.task
---@param ran integer ns of CPU time used since running, or the last tick
---@param why neap.why
function policy:stopping(task, ran, why) end

---Each quantum, for each running task while another waits (`ticks = "always"`: always).
---Answer: true: its slice is over; false or nil. Default: false.
---@param task neap.task
---@param ran integer ns of CPU time used since running, or the last tick
---@return boolean? over
function policy:tick(task, ran) end

---A task became ready, is enqueued, and no cpu that it may use is free. Asked once per arrival.
---Answer: the cpu whose task must go, or nil. Default: nil.
---@param task neap.task
---@return integer? cpu
function policy:preempt(task) end

---Something of a task has changed. One that waits is out of the queue at that moment (dequeue and
---enqueue with "changed" stand around the call), except for "charged", where it stays in: give it
---another key if your order depends on its CPU time.
---Answer: nothing. Default: nothing.
---@param task neap.task
---@param what neap.what
function policy:update(task, what) end

---A signal is about to be delivered to a task by the runtime.
---Answer: nothing. Default: nothing.
---@param task neap.task
---@param signo integer
function policy:signal(task, signo) end

---A timer of self:timer() is due. In the hooks self.timer is that verb, and not this hook.
---Answer: nothing. Default: nothing.
---@param id integer
---@overload fun(self: neap.policy, id: integer, at: integer)
function policy:timer(id) end

---The order by itself: the least one runs first, equals in order of arrival. Asked at each enqueue,
---and when a waiting task's CPU time is corrected.
---
---With `preempts` a task that arrives while no cpu is free takes that of the running task with the
---greatest key, of the cpus that it may use, if its own is less; equals do not. So key is also
---asked of those that run, at each such arrival.
---Answer: an integer or a finite number. Default: a FIFO.
---@param task neap.task
---@return number key
function policy:key(task) end

---Another policy takes over (rt:reload(), rt:set_policy()) that has restore.
---Answer: numbers, strings, booleans and tables of them: they are copied. Tasks by their id. An
---error keeps this policy. Default: nothing is carried over.
---@return any saved
function policy:save() end

---Takes what save of the one before has returned, after init and before the tasks join. An error
---refuses this policy.
---Answer: nothing. Default: it is dropped.
---@param saved any
function policy:restore(saved) end

---What it thinks of a task, for task:explain() and the state at SIGQUIT. Called between decisions.
---Answer: a string of less than 300 bytes. Default: nil.
---@param task neap.task
---@return string? text
function policy:explain(task) end

---A queue in order of arrival. A task is in one queue at a time; one that ends or leaves the policy
---leaves its queue by itself. Each operation is O(1), but for pop and peek with a cpu where tasks
---are bound to other cpus. Nothing but each() allocates. `#fifo` is its size.
---@class neap.fifo
---@operator len: integer
local fifo = {}

---Adds a task at the end.
---In a hook: yes. Raises: what is no living task; one that is in a queue. Returns nil: never.
---@param task neap.task
function fifo:push(task) end

---Adds a task at the front: where one belongs that was preempted.
---In a hook: yes. Raises: what is no living task; one that is in a queue. Returns nil: never.
---@param task neap.task
function fifo:push_front(task) end

---Takes the first task, or the first that may use a cpu.
---In a hook: yes. Raises: misuse. Returns nil: there is none.
---@param cpu? integer 0..1023
---@return neap.task? task
function fifo:pop(cpu) end

---The same, but leaves it in.
---In a hook: yes. Raises: misuse. Returns nil: there is none.
---@param cpu? integer 0..1023
---@return neap.task? task
function fifo:peek(cpu) end

---Takes a task out.
---In a hook: yes. Raises: what is no task. Returns nil: never.
---@param task neap.task
---@return boolean was_in
function fifo:remove(task) end

---Is it in this queue?
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param task any
---@return boolean
function fifo:has(task) end

---How many there are.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@return integer
function fifo:size() end

---Walks over a copy of it, in order: `for task in fifo:each() do`. Makes a table.
---In a hook: yes. Raises: out of memory. Returns nil: never; the iterator does, past the last.
---@return fun(): neap.task? next
function fifo:each() end

---A queue by a key, least first, equals in order of arrival. Keys are integers, exact; with the
---first other number all of them become floats. As to tasks it is like a fifo. push, pop, remove
---and update are O(log n); pop and peek with a cpu search where the least may not use it. Only
---each() and a push that makes it grow allocate. `#heap` is its size.
---@class neap.heap
---@operator len: integer
local heap = {}

---Adds a task.
---In a hook: yes. Raises: what is no living task; one that is in a queue; a key that is not finite.
---Returns nil: never.
---@param task neap.task
---@param key number
function heap:push(task, key) end

---Adds a task before all others of the same key: for who was preempted.
---In a hook: yes. Raises: what is no living task; one that is in a queue; a key that is not finite.
---Returns nil: never.
---@param task neap.task
---@param key number
function heap:push_front(task, key) end

---Takes the least task, or the least that may use a cpu.
---In a hook: yes. Raises: misuse. Returns nil: there is none.
---@param cpu? integer 0..1023
---@return neap.task? task
---@return number? key
function heap:pop(cpu) end

---The same, but leaves it in.
---In a hook: yes. Raises: misuse. Returns nil: there is none.
---@param cpu? integer 0..1023
---@return neap.task? task
---@return number? key
function heap:peek(cpu) end

---Gives a task in it another key; it keeps its place among equals.
---In a hook: yes. Raises: a task that is not in this heap; a key that is not finite. Returns nil:
---never.
---@param task neap.task
---@param key number
function heap:update(task, key) end

---The key of a task in it.
---In a hook: yes. Raises: a task that is not in this heap. Returns nil: never.
---@param task neap.task
---@return number key
function heap:key(task) end

---Takes a task out.
---In a hook: yes. Raises: what is no task. Returns nil: never.
---@param task neap.task
---@return boolean was_in
function heap:remove(task) end

---Is it in this queue?
---In a hook: yes. Raises: misuse. Returns nil: never.
---@param task any
---@return boolean
function heap:has(task) end

---How many there are.
---In a hook: yes. Raises: misuse. Returns nil: never.
---@return integer
function heap:size() end

---Walks over a copy of it, in order. Makes a table.
---In a hook: yes. Raises: out of memory. Returns nil: never; the iterator does, past the last.
---@return fun(): neap.task? next
function heap:each() end
