-- reference_test.lua - docs/CLI.md says all that the verbs take and `neap run` writes, and no more.
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestReference
TestReference = {}

local PAGE = "docs/CLI.md"

-- The part of the page below this heading.
local function section(heading)
  local text = shell.read(PAGE) .. "\n## "
  local body = text:match("\n## " .. heading .. "[^\n]*\n(.-)\n## ")
  luaunit.assertNotNil(body, ("%s has no heading %q"):format(PAGE, heading))
  return body
end

-- The words in `quotes` of the first cells of the section's tables.
local function documented(heading)
  local words = {}
  for cell in ("\n" .. section(heading)):gmatch("\n| (`[^|]*) |") do
    for word in cell:gmatch("`([^`]+)`") do words[word] = true end
  end
  return words
end

local function compare(what, there, heading)
  local said, problems = documented(heading), {}
  for name in pairs(there) do
    if not said[name] then
      problems[#problems + 1] = ("%s %s: add a row to %q of %s"):format(what, name, heading, PAGE)
    end
  end
  for name in pairs(said) do
    if not there[name] then
      problems[#problems + 1] = ("%s %s is no more: take it out of %s"):format(what, name, PAGE)
    end
  end
  table.sort(problems)
  luaunit.assertEquals(#problems, 0, table.concat(problems, "\n"))
end

local function options_of(verb)
  local there = {}
  for line in shell.neap({ verb, "--help" }).out:gmatch("[^\n]+") do
    local label = line:match("^   (%-.*)")
    for option in (label and label:gsub("  .*", "") or ""):gmatch("%-[%w-]+") do
      there[option] = true
    end
  end
  luaunit.assertTrue(there["-h"] and there["--help"])
  return there
end

function TestReference.test_every_option_and_no_other()
  local there = options_of "run"
  luaunit.assertTrue(there["--policy"] and there["-p"] and there["--for"])
  compare("the option", there, "Options")
  compare("the option of sim", options_of "sim", "neap sim")
  for _, verb in ipairs { "trace", "replay", "doctor", "repl" } do
    compare("the option of " .. verb, options_of(verb), "neap " .. verb)
  end
  compare("the option of rescue", options_of "rescue", "neap rescue")
end

function TestReference.test_every_key_of_a_job()
  local path = shell.file("keys.lua", [[print(table.concat(require "neap.jobs".keys, "\n"))]])
  local body = section "Job files"
  for key in shell.neap({ path }).out:gmatch("%S+") do
    luaunit.assertNotNil(body:match("`" .. key .. "[ `]"),
      ("the key %s: add it to \"Job files\" of %s"):format(key, PAGE))
  end
end

function TestReference.test_every_key_of_the_figures()
  local stats = cjson.decode(shell.neap({ "run", "--quiet", "--stats", "-", "--", "true" }).out)
  local body = section "The figures"
  for _, object in ipairs { stats, stats.tasks[1] } do
    for key in pairs(object) do
      luaunit.assertStrContains(body, "`" .. key .. "`")
    end
  end
end

shell.main()
