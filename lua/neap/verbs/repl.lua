-- repl.lua - `neap repl`: a runtime to talk to: step, look, change.
local console = require "neap.console"
local input = require "neap.repl_input"
local interrupt = require "neap.interrupt"
local neap = require "neap"
local options = require "neap.options"
local repl = require "neap.repl"

local REFUSED, FAILED = 2, 1
local EXAMPLES = [[
examples:
  neap repl                      then: task { name = "a" } task { name = "b" } step() why(1)
  neap repl -p lottery -j2
  neap repl --live               spawn { "make" }  run()
  echo 'task {} run "1s" stats()' | neap repl
]]

local function configure(parser)
  parser:flag("--live", "Real processes on the real clock (default: virtual tasks and time).")
  parser:option("-p --policy", "The policy: a name or FILE.lua (default: fair)."):argname("NAME")
    :default("fair")
  options.take_params(parser, "Set a parameter of the policy")
  parser:option("-j --cpus", "How many tasks run at once (default: 1).")
    :argname("N"):convert(options.whole("--cpus", 1)):default("1")
  parser:option("-q --quantum", "The period of the tick, 1ms to 1s (default: 10ms).")
    :argname("TIME"):convert(options.quantum)
  parser:option("--seed", "Of the policy's random numbers (default: 1).")
    :argname("N"):convert(options.whole("--seed", 0))
end

-- While a person thinks nothing is scheduled: what is held stays held.
local function open(given)
  local params = options.params("repl", given)
  local ok, rt, problem = pcall(neap.runtime, {
    clock = given.live and "live" or "virtual", policy = given.policy, params = params,
    cpus = given.cpus, quantum = given.quantum, seed = given.seed,
    stuck_after = given.live and 0 or nil,
  })
  if not ok then rt, problem = nil, rt end
  if not rt then options.refuse(REFUSED, "%s", problem) end
  return rt
end

-- Reads until a chunk is whole. Returns it, or nil and why not; false at the end of the input.
local function read_chunk(session, reader)
  local text = reader.read("neap> ")
  if not text then return false end
  if text:find("^%s*$") then return function() end end
  while true do
    local chunk, problem, needs_more = repl.compile(session, text)
    if not needs_more then return chunk, problem end
    local line = reader.read("   >> ")
    if not line then return nil, problem end
    text = text .. "\n" .. line
  end
end

local function say(text)
  io.stdout:flush()
  console.say("%s", text)
end

-- Returns how many failed.
local function talk(session, reader)
  local failed = 0
  while not session.leaves do
    local chunk, problem = read_chunk(session, reader)
    if chunk == false then break end
    if chunk then problem = repl.run(session, chunk) end
    if problem then
      failed = failed + 1
      say(problem)
    end
  end
  return failed
end

local function run(given)
  local rt <close> = open(given)
  local session = repl.new(rt)
  local reader = input.open(session.env)
  interrupt.open()
  if reader.is_terminal then
    io.stdout:write(("neap %s, %s on %d cpu%s, %s clock; help() tells more, Ctrl-D leaves\n")
      :format(neap.version, rt.policy, rt.cpus, rt.cpus == 1 and "" or "s",
        given.live and "live" or "virtual"))
  end
  local failed = talk(session, reader)
  reader.close()
  if session.leaves then return session.leaves end
  if reader.is_terminal then io.stdout:write("\n") end
  return failed > 0 and not reader.is_terminal and FAILED or 0
end

return {
  name = "repl",
  usage = "neap repl [OPTIONS]",
  summary = "Talk to a runtime: step, look, change.",
  description = "A runtime in virtual time, or a live one, that is told what to do in Lua, line by "
    .. "line.",
  epilog = EXAMPLES,
  configure = configure,
  run = run,
}
