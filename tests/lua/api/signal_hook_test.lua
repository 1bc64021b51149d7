-- signal_hook_test.lua - a policy hears of the signals that the runtime delivers to its tasks.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestSignals
TestSignals = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Who gets USR1 goes before all others, once.
local function urgent_first()
  local p = neap.policy { name = "urgent_first" }
  function p:init() self._queue, self._turn = neap.heap(), 0 end
  function p:enqueue(task)
    self._turn = self._turn + 1
    self._queue:push(task, self._turn)
  end
  function p:dequeue(task) self._queue:remove(task) end
  function p:pick(cpu) return (self._queue:pop(cpu)) end
  function p:signal(task, signo)
    if signo == 10 and self._queue:has(task) then self._queue:update(task, 0) end
  end
  return p
end

function TestSignals.test_one_that_waits_is_let_through()
  local rt <close>, reports = check.under(urgent_first(), 4)
  same(check.turns(rt, 15 * ms), "1 2")
  rt:find(1):signal "USR1"
  same(check.turns(rt, 40 * ms), "1 3 4 2")
  same(reports, {})
end

function TestSignals.test_a_coroutine_sends_them_while_the_loop_runs()
  local rt <close>, reports = check.under(urgent_first(), 3)
  rt:go(function()
    rt:sleep(5 * ms)
    rt:find(3):signal(10)
  end)
  same(check.turns(rt, 25 * ms), "1 3 2")
  same(reports, {})
end

check.main()
