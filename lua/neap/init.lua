-- init.lua - the module "neap": the functions of the C side, and what is easier said in Lua.
local core = require "neap.core"

local neap = {}
for name, value in pairs(core) do neap[name] = value end

-- The bundled policies, C and Lua, sorted by name: { { name=, alias=, summary=, language=,
-- starves=, idles=, ideal= }, ... }.
function neap.policies()
  local list = core.policies()
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

-- Runs a workload in virtual time: see lua/neap/simulate.lua.
function neap.simulate(options)
  return require "neap.simulate"(options)
end

return neap
