-- 113_replaces_hooks_at_run.lua - sets its own hooks to nil while it runs
-- expect: OK
-- why:    who looks hooks up at each call would find none
-- host:   hooks are kept at load: no effect, documented

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  p.slice, self.slice = nil, nil
  return self.quantum // 10
end
return p
