-- sim_bench.lua - the simulator: decisions a second, and memory a task, by the number of tasks.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local ROUNDS = 3
local SIZES = { { 10, 3000000 }, { 1000, 3000000 }, { 100000, 2000000 }, { 1000000, 2000000 } }
local KEY = [[return require "neap".policy { name = "k", starves = true,
  key = function(_, task) return task.cpu_ns end }]]

local function write_policy()
  local path = os.tmpname() .. ".lua"
  local file <close> = assert(io.open(path, "w"))
  file:write(KEY)
  return path
end

-- Millions of decisions a second, the median; and bytes a task.
local function measure(run)
  local rates, bytes = {}, 0
  for round = 1, ROUNDS do
    local n = run()
    rates[round] = n[1] / n[2]
    bytes = n[3]
  end
  return kit.median(rates), bytes
end

local path = write_policy()
local KINDS = {
  { "round_robin, in C", 5, function(...) return kit.program("sim_run", "rr", ...) end },
  { "the same, without the fairness figures", nil,
    function(...) return kit.program("sim_run", "rr", ...) end, "plain" },
  { "fair, in C", 5, function(...) return kit.program("sim_run", "fair", ...) end },
  { "a key in Lua", 1, function(n, decisions)
    return kit.script("sim_key.lua", path, n, decisions // 4)
  end },
}
for _, kind in ipairs(KINDS) do
  for _, size in ipairs(SIZES) do
    local rate, bytes = measure(function() return kind[3](size[1], size[2], kind[4]) end)
    local wanted = kind[2] and size[1] == 1000 and (" (wanted: %d)"):format(kind[2]) or ""
    local memory = size[1] >= 100000 and (", %d bytes a task%s"):format(bytes,
      size[1] == 1000000 and " (wanted: 200)" or "") or ""
    kit.line(("%s, %d tasks"):format(kind[1], size[1]), "%.2f million decisions a second%s%s", rate,
      wanted, memory)
  end
end
os.remove(path)
