-- fair5.lua - shares by weight, in five lines of code: least virtual time first.
--
-- A task's virtual time (`data`) advances by what it ran, per weight. `_now` is that of
-- the latest turn, and never goes back. A task that comes (back) begins at `_now`, so
-- none is paid for the time in which it asked for nothing; and none is ahead by more
-- than one turn, so one that was light and is heavy now does not wait for what it used
-- before. Least cpu_ns first, without the two bounds, starves: `neap policy check`
-- finds it.
return require "neap".policy { name = "fair5", ideal = "weight", _now = 0, key = function(self, t)
  t.data = math.max(self._now, math.min(t.data or 0, self._now + 100 * self.quantum // t.weight))
  return t.data
end, running = function(self, t) self._now = math.max(self._now, t.data) end,
  stopping = function(_, t, ran) t.data = t.data + ran * 100 // t.weight end }
