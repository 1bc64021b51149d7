-- start_bench.lua - how long neap takes to start, and to run a program that does nothing.
local kit = require "kit"

local TIMES = 50

local function ms(command)
  return kit.program("start_run", TIMES, command)[1]
end

return {
  rounds = 5,
  peers = { "lua5.4", "xargs" },
  round = function(row)
    row { "neap version", unit = "ms", ours = ms(kit.NEAP .. " version"), most = 2,
      peer = kit.has "lua5.4" and ms "lua5.4 -e ''" or nil, of = "lua5.4 -e ''" }
    row { "neap run -- true", unit = "ms", ours = ms(kit.NEAP .. " run -- true"), most = 5,
      peer = kit.has "xargs" and ms "xargs true" or nil, of = "xargs true" }
  end,
}
