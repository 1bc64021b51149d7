-- sim_bench.lua - the simulator: decisions a second, and memory a task, by the number of tasks.
local kit = require "kit"

local SIZES = { { 10, 3000000 }, { 1000, 3000000 }, { 100000, 2000000 }, { 1000000, 2000000 } }
local KEY = [[return require "neap".policy { name = "k", starves = true,
  key = function(_, task) return task.cpu_ns end }]]

local function in_c(policy, how)
  return function(n, decisions) return kit.program("sim_run", policy, n, decisions, how or "") end
end

local function in_lua(n, decisions)
  return kit.script("sim_key.lua", kit.file(KEY, ".lua"), n, decisions // 4)
end

local KINDS = {
  { "round_robin, in C", in_c "rr", least = 5 },
  { "round_robin, without the fairness figures", in_c("rr", "plain") },
  { "fair, in C", in_c "fair", least = 5 },
  { "a key in Lua", in_lua, least = 1 },
}

return {
  rounds = 3,
  round = function(row)
    for _, size in ipairs(SIZES) do
      for _, kind in ipairs(KINDS) do
        local decisions, us, bytes = table.unpack(kind[2](size[1], size[2]))
        local name = ("%s, %d tasks"):format(kind[1], size[1])
        row { name, unit = "million decisions/s", ours = decisions / us,
          least = size[1] == 1000 and kind.least or nil }
        if size[1] >= 100000 then
          row { name .. ": memory a task", unit = "bytes", ours = bytes,
            most = size[1] == 1000000 and 200 or nil }
        end
      end
    end
  end,
}
