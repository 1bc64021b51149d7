-- hier.lua - a tree of groups by weight, and an order of its own in each leaf.
--
-- P. Goyal, X. Guo and H. Vin, A Hierarchical CPU Scheduler for Multimedia Operating
-- Systems, OSDI 1996: start-time fair queueing at each node, any order in a leaf.
-- `tree` says how:
--
--   tree=1:300(11:100=fifo,12:200),2:100=priority
--
-- is group 1 with weight 300, divided between its groups 11 and 12, beside group 2 with
-- weight 100. A task belongs to the leaf that its `group` names; a group that the tree
-- lacks is a leaf of its own beside the others, of weight 100.
--
-- The orders are those of the policies of these names: fair (unless another is given;
-- stride is the same here), lottery, rr, priority, fifo, sjf, srtf, las, edf, rm. Any
-- order that is a key could be one, and is one line below. No other policy can be: a
-- file's Lua state knows no other file, and one with queues or slices of its own would
-- need a runtime of its own in a leaf. Where a policy does more than order, the leaf
-- does not: a turn lasts one quantum, nobody preempts, and who gives no `estimate`
-- comes last, nothing being guessed.
--
-- Promise: where all groups are busy each gets the product of its shares from the root
-- down, to within 1 %. Weakness: an urgent task waits for its group's turn; on several
-- cpus a group with fewer tasks than cpus may not be able to use its share. Cost:
-- O(groups beside each other) for each level, and a heap.
local neap = require "neap"

local UNIT = 100    -- the weight at which virtual time is real time
local LOT = 1 << 28 -- policies/lottery.lua

local hier = neap.policy {
  name = "hier",
  summary = "a tree of groups by weight, an order in each: for teams on one machine",
  starves = true, -- in leaves whose order does
  tree = "",
}

local function given(time)
  return time > 0 and time or neap.forever
end

local function by_runtime(_, _, own)
  return own.runtime
end

-- What the heap of a leaf is ordered by: the least key first, equals by arrival.
local orders = {
  fair = by_runtime,
  stride = by_runtime,
  rr = function() return 0 end,
  priority = function(_, task) return -task.priority end,
  fifo = function(_, task) return task.id end,
  sjf = function(_, task) return given(task.estimate) end,
  las = function(_, task) return task.cpu_ns end,
  rm = function(_, task) return given(task.period) end,
}

function orders.srtf(_, task)
  return task.estimate > 0 and math.abs(task.estimate - task.cpu_ns) or neap.forever
end

-- The deadline of its job, which is done when it sleeps; else its own.
function orders.edf(self, task, own)
  if task.period > 0 then own.due = own.due or self.now + task.period end
  return own.due or given(task.deadline)
end

-- When its clock will ring: policies/lottery.lua.
function orders.lottery(self, task, own)
  return own.above.last + (-math.log(1 - self:random()) * LOT // task.weight | 0)
end

-- A group or a task, which shares with others what is above it: `runtime` is its
-- virtual time there; `floor` is that of those below it, `step` their largest advance.
-- Of the tasks below it so many are `ready`, so many compete, that is are ready or run.
-- In a leaf `last` is the key of the latest turn.
local function member(above, weight, runtime)
  return { above = above, weight = weight, runtime = runtime, rest = 0, floor = 0,
    step = 0, ready = 0, compete = 0 }
end

local function add_node(self, above, group, weight)
  local node = member(above, weight, above.floor)
  above.below = above.below or {}
  table.insert(above.below, node)
  self._node[group] = node
  return node
end

local function make_leaf(self, node, order)
  node.order = orders[order] or error(('tree: there is no order "%s"'):format(order), 0)
  node.queue, node.last = neap.heap(), 0
  table.insert(self._leaves, node)
end

-- Reads "GROUP:WEIGHT=ORDER" or "GROUP:WEIGHT(...)", and what follows behind a comma.
local function read_groups(self, above, text)
  while text ~= "" do
    local head = text:match("^[%d:]*")
    local group, weight = head:match("^(%d+):(%d+)$")
    group, weight = math.tointeger(tonumber(group)), math.tointeger(tonumber(weight))
    if not group or self._node[group] or weight < 1 then
      error(('tree: expected a new GROUP:WEIGHT at "%s"'):format(text), 0)
    end
    local node = add_node(self, above, group, weight)
    text = text:sub(1 + #head)
    local inner, order = text:match("^%b()"), text:match("^=[%a_]+")
    if inner then
      read_groups(self, node, inner:sub(2, -2))
    else
      make_leaf(self, node, order and order:sub(2) or "fair")
    end
    text = text:sub(1 + #(inner or order or ""))
    if text ~= "" and not text:find("^,.") then
      error(('tree: expected a comma and another group at "%s"'):format(text), 0)
    end
    text = text:sub(2)
  end
end

function hier:init()
  self._root = member(nil, UNIT, 0)
  self._root.below = {}
  self._node, self._leaves, self._of = {}, {}, {}
  read_groups(self, self._root, self.tree)
end

local function leaf_of(self, task)
  local node = self._node[task.group]
  if not node then
    node = add_node(self, self._root, task.group, UNIT)
    make_leaf(self, node, "fair")
  elseif not node.queue then
    return nil, ("group %d is no leaf of the tree"):format(task.group)
  end
  return node
end

function hier:init_task(task)
  local leaf, why = leaf_of(self, task)
  if not leaf then return nil, why end
  self._of[task.id] = member(leaf, task.weight, leaf.floor)
  self._of[task.id].paid = task.cpu_ns
end

-- Who has not competed begins level with the others.
local function join(own)
  if own.compete > 0 then return end
  while own.above do
    if own.compete == 0 then own.runtime = math.max(own.runtime, own.above.floor) end
    own.compete = own.compete + 1
    own = own.above
  end
end

local function leave(own)
  if own.compete == 0 then return end
  while own.above do
    own.compete = own.compete - 1
    own = own.above
  end
end

local function count_ready(own, change)
  while own.above do
    own.ready = own.ready + change
    own = own.above
  end
end

function hier:exit_task(task)
  leave(self._of[task.id])
  self._of[task.id] = nil
end

-- Charges what the task has used to it and to all above it. What a group too heavy for
-- the cpus can never catch up with is cut at two steps.
local function pay(self, task)
  local own = self._of[task.id]
  local ran, node = task.cpu_ns - own.paid, own
  own.paid = task.cpu_ns
  while node.above do
    local above, parts = node.above, ran * UNIT + node.rest
    local step = parts // node.weight
    node.rest = parts % node.weight
    node.runtime = math.max(node.runtime + step, above.floor - 2 * above.step)
    if self.ready == 0 then -- it ran alone, maybe for long
      local turn = self.quantum * UNIT // node.weight
      above.floor = math.max(above.floor, node.runtime - turn)
    else
      above.step = math.max(above.step, step)
    end
    node = above
  end
  return own
end

function hier:enqueue(task, why)
  local own = self._of[task.id]
  local leaf = own.above
  join(own)
  count_ready(own, 1)
  if why == "preempted" then
    leaf.queue:push_front(task, leaf.order(self, task, own))
  else
    leaf.queue:push(task, leaf.order(self, task, own))
  end
end

local function take(own, key)
  own.above.last = math.max(own.above.last, key)
  count_ready(own, -1)
  while own.above do
    own.above.floor = math.max(own.above.floor, own.runtime)
    own = own.above
  end
end

function hier:dequeue(task, why)
  local own = self._of[task.id]
  own.above.queue:remove(task)
  count_ready(own, -1)
  if why == "paused" then leave(own) end
end

local function least(node)
  local best
  for _, below in ipairs(node.below) do
    if below.ready > 0 and (not best or below.runtime < best.runtime) then
      best = below
    end
  end
  return best
end

-- Where the one whose turn it is may not use this cpu, any other may have it.
function hier:pick(cpu)
  local node = least(self._root)
  while node and node.below do node = least(node) end
  local task, key
  if node then task, key = node.queue:pop(cpu) end
  for _, leaf in ipairs(self._leaves) do
    if task then break end
    task, key = leaf.queue:pop(cpu)
  end
  if task then take(self._of[task.id], key) end
  return task
end

function hier:running(task)
  join(self._of[task.id])
end

function hier:stopping(task, _, why)
  local own = pay(self, task)
  if why == "blocked" then own.due = nil end
  if why == "blocked" or why == "paused" then leave(own) end
end

function hier:update(task, what)
  local own = self._of[task.id]
  if what == "charged" then
    pay(self, task)
    local queue, order = own.above.queue, own.above.order
    if queue:has(task) then queue:update(task, order(self, task, own)) end
  elseif what == "group" then
    local leaf = assert(leaf_of(self, task)) -- else it stays where it is
    leave(own)
    own.above, own.runtime = leaf, leaf.floor
  elseif own.weight ~= task.weight then
    own.rest = own.rest * task.weight // own.weight
    own.weight = task.weight
  end
end

return hier
