-- policies_doc_test.lua - the code in docs/POLICIES.md runs, the policies in examples/ are good.
--
-- A Lua block begins with its name: `-- NAME.lua - what it is`. One that returns is a policy, and
-- passes `neap policy check`, or fails it as its first line says (`fails: MESSAGE`); others are
-- scripts. Blocks of shell run beside them. The C is a part of a file that is compiled.
-- ctest timeout: 120
local code = require "code"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestPage TestExamples
TestPage, TestExamples = {}, {}

local same = luaunit.assertEquals

local FEW, MANY = "60", "400" -- workloads; one that fails stops there

local function blocks(language)
  local list = {}
  for text in shell.read("docs/POLICIES.md"):gmatch("\n```" .. language .. "\n(.-\n)```") do
    list[#list + 1] = text
  end
  luaunit.assertNotEquals(#list, 0)
  return list
end

-- A directory with all the Lua blocks in it, and what the page takes for granted.
local function folder()
  local path = shell.path "page"
  os.execute("mkdir -p " .. path)
  for _, text in ipairs(blocks "lua") do
    local name = text:match("^%-%- ([%w_]+%.lua) %- ")
    luaunit.assertNotNil(name, "a block without a name: " .. text)
    shell.file("page/" .. name, text)
  end
  shell.file("page/jobs.txt", "true\nsleep 0.05\n")
  return path
end

local function check(file, workloads)
  return shell.neap { "policy", "check", file, "--workloads", workloads, deadline = 60 }
end

function TestPage.test_every_policy_is_checked_and_every_script_runs()
  local path = folder()
  for _, text in ipairs(blocks "lua") do
    local name, problem = text:match("^%-%- (%S+)"), text:match("^[^\n]*fails: ([^\n]*)")
    local file = path .. "/" .. name
    local answer = text:find("\nreturn ") and check(file, problem and MANY or FEW)
      or shell.neap { file, cwd = path }
    same(answer.code, problem and 1 or 0, name .. ": " .. answer.err)
    if problem then shell.assert_contains(answer.err, problem) end
  end
end

function TestPage.test_what_it_types_into_a_shell()
  local path = folder()
  local words = os.getenv("NEAP"):match("^(.*)/")
  for _, text in ipairs(blocks "sh") do
    local answer = shell.run { "sh", "-ec", text, cwd = path, env = { "PATH=" .. words .. ":" ..
      os.getenv("PATH") }, deadline = 60 }
    same(answer.code, 0, text .. answer.err)
  end
end

function TestPage.test_its_C_is_a_part_of_an_example()
  for _, text in ipairs(blocks "c") do
    luaunit.assertNotNil(shell.read("examples/own_policy.c"):find(text, 1, true), text)
  end
end

-- It is told by an error, since a policy file has no other way to say it.
local function names_in(expression)
  local file = shell.file("names.lua", ("local list = {}\nfor name in pairs(%s) do "
    .. "list[#list + 1] = name end\nerror(table.concat(list, ' '), 0)"):format(expression))
  return shell.neap({ "policy", "show", file }).err:match "names.lua: (.-)\n"
end

function TestPage.test_it_says_what_a_policy_file_has_of_Lua()
  local said = shell.read("docs/POLICIES.md"):match "\nOf Lua there is (.-)\n\n"
  local list = {}
  for name in said:gmatch "`([%w_]+)`" do list[#list + 1] = name ~= "dump" and name or nil end
  table.sort(list)
  same(table.concat(list, " "), names_in "_G")
  for _, library in ipairs { "string", "table" } do
    local there = {}
    for name in names_in(library):gmatch "%S+" do there[name] = true end
    for name in pairs(_G[library]) do
      luaunit.assertTrue(there[name] or name == "dump", library .. "." .. name)
    end
  end
end

function TestExamples.test_small_ones_are_as_short_as_they_say_and_pass_their_check()
  for name, most in pairs { fair5 = 5, lottery15 = 15, mlfq40 = 40 } do
    local path = ("examples/policies/%s.lua"):format(name)
    luaunit.assertTrue(code.lines(path) <= most, ("%s: %d lines"):format(path, code.lines(path)))
    local answer = check(path, "200")
    same(answer.code, 0, answer.err)
  end
end

shell.main()
