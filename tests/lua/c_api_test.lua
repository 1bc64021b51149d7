-- c_api_test.lua - docs/C_API.md is what the headers say, and they say what a caller must know.
local c_api = dofile "docs/c_api.lua"
local luaunit = require "luaunit"

-- luacheck: globals TestCApi
TestCApi = {}

local page = c_api.parse(c_api.read)

-- One line for each function of which `problem` has something to say; fails if there is any.
local function ask_all(problem)
  local lines = {}
  for _, f in ipairs(page.functions) do
    local text = problem(f)
    if text then lines[#lines + 1] = ("<neap/%s> %s: %s"):format(f.header, f.name, text) end
  end
  luaunit.assertEquals(#lines, 0, table.concat(lines, "\n"))
end

function TestCApi.test_the_page_is_fresh()
  luaunit.assertTrue(c_api.read "docs/C_API.md" == c_api.text(page),
    "docs/C_API.md is old: lua5.4 docs/c_api.lua >docs/C_API.md")
end

function TestCApi.test_every_installed_header_and_function_is_there()
  local headers = {}
  for _, name in ipairs(c_api.FILES) do headers[name] = true end
  local pipe <close> = assert(io.popen "cd runtime/include/neap && ls *.h")
  for name in pipe:lines() do
    luaunit.assertTrue(headers[name], name .. ": add it to FILES in docs/c_api.lua")
    for call in c_api.read("runtime/include/neap/" .. name):gmatch "\nNEAP_API ([^;]*);" do
      local function_name = call:match "([%w_]+)%("
      luaunit.assertNotNil(page.functions[function_name], function_name)
    end
  end
  luaunit.assertTrue(#page.functions > 100)
end

function TestCApi.test_every_function_has_a_contract()
  ask_all(function(f)
    if f.said == "" then return "has no comment" end
  end)
end

function TestCApi.test_who_returns_an_int_says_which_errors_there_are()
  ask_all(function(f)
    local says = f.said:find "%-NEAP_E%u" or f.said:find "%-E%u"
      or f.said:find "no%s+error" or f.said:find "[Cc]annot%s+fail"
    if f.result == "int" and not says then return "says no error, and not that there is none" end
  end)
end

function TestCApi.test_who_returns_a_pointer_says_how_long_it_is_valid()
  ask_all(function(f)
    if f.result:find "%*$" and not f.said:find "[Vv]alid" then return "valid until when?" end
  end)
end

function TestCApi.test_every_function_says_whether_a_hook_may_call_it()
  for _, f in ipairs(page.functions) do
    luaunit.assertTrue(f.in_a_hook == "no" or f.in_a_hook:find "^yes" ~= nil, f.name)
  end
  luaunit.assertEquals(page.functions.neap_now.in_a_hook, "yes")
  luaunit.assertEquals(page.functions.neap_timer_set.in_a_hook, "yes")
  luaunit.assertEquals(page.functions.neap_spawn.in_a_hook, "no")
end

-- That the answer is so, hook_rules_test.c tries.
function TestCApi.test_every_refusal_in_a_hook_is_tried()
  local tried = c_api.read "tests/hook_rules_test.c"
  ask_all(function(f)
    local of_a_runtime = f.header == "neap.h" and f.result == "int"
      and f.call:find "[( ]neap_runtime %*rt"
    if of_a_runtime and f.in_a_hook == "no" and not tried:find("REFUSED(" .. f.name .. "(", 1, true)
    then
      return "is not in tests/hook_rules_test.c"
    end
  end)
end

function TestCApi.test_the_environment_rules_come_first()
  local text = c_api.text(page)
  local rules, first = text:find("Environment rules.", 1, true), text:find("```", 1, true)
  luaunit.assertTrue(rules and rules < first)
end

os.exit(luaunit.LuaUnit.run())
