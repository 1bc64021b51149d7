-- 305_verbs_on_nothing.lua - calls the verbs of self on what is not self
-- expect: OK
-- why:    the context comes from the closure, the rest from nowhere
-- host:   refused, or of this policy

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for _, wrong in ipairs { 1, "x", print, true } do
    assert(not pcall(self.log, wrong, "x") and not pcall(self.count, wrong, "x"))
    assert(not pcall(self.timer, wrong, 1, 1) and not pcall(self.random, wrong))
  end
  assert(not pcall(self.log) and not pcall(self.log, self) and not pcall(self.count, self, {}))
  assert(not pcall(self.count, self, "a\0b") and not pcall(self.count, self, ("x"):rep(32)))
  return self.quantum // 10
end
return p
