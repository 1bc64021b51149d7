-- agent_host_test.lua - examples/agent-host: untrusted commands, held to what they may, all ended.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestAgents
TestAgents = {}

local HOST = "examples/agent-host/agent_host.lua"
local plans = 0

-- A process is known as one of ours by its environment: who is looked for keeps it (clean_env).

local function start(text)
  plans = plans + 1
  return shell.start_neap { HOST, shell.file(("plan%d.lua"):format(plans), "return " .. text) }
end

local function run(text)
  local host = start(text)
  local answer = host:finish()
  host:assert_gone(1)
  return answer
end

function TestAgents.test_what_they_print_has_their_name_before_it()
  local answer = run [[{ teams = { a = 300, b = 100 }, agents = {
    { "sh", "-c", "echo one; echo two >&2", name = "first", team = "a" },
    { "sh", "-c", "echo ${HOME-nothing inherited}", team = "b" } } }]]
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertStrContains(answer.out, "first: one\n")
  luaunit.assertStrContains(answer.out, "agent2: nothing inherited\n")
  luaunit.assertStrContains(answer.err, "first: two\n")
  luaunit.assertStrContains(answer.err, "agent_host: first: exit 0, ")
end

function TestAgents.test_time_memory_and_failures_are_told()
  local answer = run [[{ agents = {
    { "sh", "-c", "while :; do :; done", name = "late", timeout = "300ms" },
    { "tail", "/dev/zero", name = "large", memory = "32M" },
    { "sh", "-c", "exit 3", name = "bad" }, { "true", name = "good" } } }]]
  luaunit.assertEquals(answer.code, 1)
  luaunit.assertStrContains(answer.err, "agent_host: late: timeout ")
  luaunit.assertStrMatches(answer.err, ".*agent_host: large: %l+ [1-9].*")
  luaunit.assertStrContains(answer.err, "agent_host: bad: exit 3, ")
  luaunit.assertStrContains(answer.err, "agent_host: good: exit 0, ")
end

-- It is given the CPU time of two seconds at most, where it may have a fifth: so it takes long.
function TestAgents.test_a_cap_leaves_room()
  local host = start [[{ cpus = 1, agents = {
    { "sh", "-c", "echo begun; while :; do :; done", name = "busy", cap = 0.2 } } }]]
  local since
  host:await "busy: begun\n"
  since = shell.now()
  shell.await("two seconds", 10, function() return shell.now() > since + 2 end)
  host:signal "TERM"
  local answer = host:finish()
  local used = tonumber(answer.err:match "busy: %l+ %d+, ([%d.]+) s")
  luaunit.assertEquals(answer.code, 143)
  luaunit.assertTrue(used < 0.2 * answer.took + 0.15, ("%g s of %g"):format(used, answer.took))
end

function TestAgents.test_INT_ends_all_that_they_have_started()
  local host = start [[{ grace = "10s", agents = {
    { "sh", "-c", "setsid sleep 1000 & echo begun; sleep 1000", clean_env = false },
    { "sh", "-c", "sleep 1000 & sleep 1000", clean_env = false } } }]]
  shell.await("all four", 10, function()
    local n = 0
    for _, process in ipairs(host:children()) do
      n = n + (process.command:find "^sleep 1000" and 1 or 0)
    end
    return n == 4
  end)
  host:signal "INT"
  luaunit.assertEquals(host:finish().code, 130)
  host:assert_gone(2)
end

function TestAgents.test_a_second_INT_kills_who_does_not_listen()
  local host = start [[{ cpus = 1, grace = "1h", agents = {
    { "sh", "-c", "trap 'echo deaf' TERM; echo begun; while :; do :; done",
      clean_env = false } } }]]
  host:await "agent1: begun\n"
  host:signal "INT"
  host:await "agent1: deaf\n"
  host:signal "INT"
  luaunit.assertEquals(host:finish().code, 130)
  host:assert_gone(2)
end

function TestAgents.test_plans_that_make_no_sense_are_refused()
  for text, part in pairs {
    ["{"] = "unexpected symbol",
    ["1"] = "no table with `agents`",
    ['{ agents = { { "true", team = "x" } } }'] = "agent 1: no team x",
    ['{ agents = { { "true", memroy = "1M" } } }'] = 'unknown job key "memroy"',
    ['{ agents = { { "/nowhere" } } }'] = "/nowhere",
    ['{ teams = { a = 0 }, agents = {} }'] = "expected a new GROUP:WEIGHT",
  } do
    local answer = run(text)
    luaunit.assertEquals(answer.code, 2, text)
    luaunit.assertStrContains(answer.err, part)
  end
  luaunit.assertStrContains(shell.neap({ HOST }).err, "which agents? give a file")
  luaunit.assertStrContains(shell.neap({ HOST, "/nowhere" }).err, "cannot open /nowhere")
end

function TestAgents.test_the_example_runs()
  local answer = shell.neap { HOST, "examples/agent-host/agents.lua" }
  luaunit.assertEquals(answer.code, 1)
  luaunit.assertStrContains(answer.out, "thinker: done\n")
  luaunit.assertStrContains(answer.err, "endless: timeout")
end

shell.main()
