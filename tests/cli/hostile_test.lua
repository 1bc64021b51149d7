-- hostile_test.lua - hostile policies that drive real processes: the jobs are done all the same.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestHostile
TestHostile = {}

local LOOP = "sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done'\n"
local MOST_SECONDS = 10

local function run(name)
  return shell.neap {
    "run", "-j2", "-q", "10ms", "-p", "tests/hostile/" .. name .. ".lua",
    "-f", shell.file("jobs", LOOP:rep(3)), deadline = MOST_SECONDS,
  }
end

-- What is written for people is visible.
local function check_text(text)
  luaunit.assertNil((text:gsub("[\n\t]", "")):find "%c")
  luaunit.assertTrue(#text < 16000, #text .. " bytes")
end

-- Each with what is told of it; "": nothing.
local CASES = {
  ["203_error_like_a_traceback"] = "\\027[2J",
  ["206_close_after_the_end"] = "stopped",
  ["207_pcall_in_pcall"] = "",
  ["212_sort_of_long_strings"] = "",
  ["223_caught_memory_errors_small"] = "",
  ["230_continue_loop"] = "ejected: slice: tests/hostile/230_continue_loop.lua:10: stopped",
  ["243_base_pick_twice"] = "has waited",
  ["250_resched_storm"] = "",
  ["251_log_flood"] = "",
  ["260_pick_false"] = "pick returned a boolean, expected a task that waits, or nil",
  ["280_exit_loops"] = "",
  ["286_exit_task_raises"] = "broken",
  ["289_stopping_loops"] = "stopped",
  ["291_idle_for_ever"] = "has waited",
}

for name, told in pairs(CASES) do
  TestHostile["test_" .. name] = function()
    local answer = run(name)
    check_text(answer.err)
    luaunit.assertEquals({ answer.code, answer.out }, { 0, "done\ndone\ndone\n" })
    shell.assert_contains(answer.err, told)
  end
end

function TestHostile.test_what_is_refused_starts_nothing()
  for name, told in pairs {
    ["235_very_many_fields"] = "at most 256 fields",
    ["236_name_with_escapes"] = "\\027[2J",
    ["238_memory_at_load"] = "option policy_memory",
    ["239_loop_at_load_in_pcall"] = "stopped",
    ["278_init_loops"] = "stopped",
  } do
    local answer = run(name)
    check_text(answer.err)
    luaunit.assertEquals({ answer.code, answer.out }, { 2, "" })
    shell.assert_contains(answer.err, told)
  end
end

shell.main()
