-- same_bytes.lua - the same simulations, the same bytes, whichever compiler: same_bytes.lua NEAP...
--
-- Runs every workload of examples/workloads under policies in C and in Lua with each of the
-- programs given, twice with the first, and compares what they print.
local POLICIES = { "rr", "fair", "priority", "lottery", "srtf", "mlfq", "eevdf" }

local function output(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read("a")
end

local function simulate(program, path)
  return output(("%s sim -p %s --seed 5 -j 2 --limit 60s --json --tasks %s 2>&1"):format(program,
    table.concat(POLICIES, " -p "), path))
end

assert(#arg > 0, "which programs? same_bytes.lua build/neap build-clang/neap")
local files, differ, bytes = 0, 0, 0
for path in output("ls examples/workloads/*.* examples/workloads/*/*.lua"):gmatch("%S+") do
  local wanted = simulate(arg[1], path)
  assert(wanted:find '^{"runs":', path .. ": " .. wanted)
  files, bytes = files + 1, bytes + #wanted
  for _, program in ipairs { arg[1], table.unpack(arg, 2) } do
    if simulate(program, path) ~= wanted then
      print(("%s: %s and %s say different things"):format(path, arg[1], program))
      differ = differ + 1
    end
  end
end
print(("%d workloads, %d programs, %d bytes each: %d differences"):format(files, #arg, bytes,
  differ))
os.exit(differ == 0)
