-- 120_io_os_debug.lua - looks for what leads out
-- expect: OK
-- why:    files, processes, the clock, bytecode
-- host:   none of it is there; require knows "neap" only, and only its policy side

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:pick(cpu)
  for _, k in ipairs { "io", "os", "debug", "package", "dofile", "loadfile", "load", "utf8", "warn",
    "collectgarbage", "coroutine" } do
    assert(_G[k] == nil, k)
  end
  assert(string.dump == nil and math.randomseed == nil)
  assert(not pcall(require, "os") and not pcall(require, "helper") and not pcall(require, nil))
  assert(require("neap").runtime == nil and not pcall(require("neap").runtime))
  assert(not pcall(require, "neap.cli") and not pcall(require, "neap.core"))
  return self.base:pick(cpu)
end
return p
