-- 242_tampers_with_self.lua - overwrites what self has from the host
-- expect: OK
-- why:    self is the author's table
-- host:   the host reads nothing from it

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local base = self.base
  local turn = base:slice(task)
  self.base, self.now, self.log, self.quantum, base.slice = nil, "never", false, {}, nil
  self[1], self[task] = self, task
  self._turn = turn // 10
  function p.slice() return self._turn end
  self.slice = p.slice
  self.base = base
  base.slice = function() return turn end
  self.quantum = nil
  return turn // 10
end
return p
