-- param_test.lua - `--param` of every verb that takes it: one name, one value.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestParam
TestParam = {}

local same = luaunit.assertEquals

-- Words with which each verb would go on, if it took the last of the two.
local function of_each_verb()
  local record = shell.path "twice.neap"
  local work = shell.file("twice.lua", 'return { { work = "1ms" } }\n')
  same(shell.neap { "run", "--record", record, "--", "true" }.code, 0)
  return {
    policy = { "check", "prio", "--workloads", "1" },
    repl = { "-p", "prio" },
    replay = { "-p", "prio", record },
    run = { "-p", "prio", "--", "true" },
    sim = { "-p", "prio", work },
  }
end

function TestParam.test_given_twice_it_is_refused_by_every_verb_that_takes_it()
  local words_of = of_each_verb()
  for verb in shell.output(shell.quote(os.getenv "NEAP") .. " help"):gmatch "\n  (%l+) +%u" do
    local takes = shell.neap({ "help", verb }).out:find("--param", 1, true) ~= nil
    same({ verb, words_of[verb] ~= nil }, { verb, takes })
  end
  for verb, words in pairs(words_of) do
    for _, second in ipairs { "aging=2s", "aging=1s" } do
      local answer = shell.neap { verb, "--param", "aging=1s", "-s", second,
        table.unpack(words) }
      same({ verb, answer.code, answer.out }, { verb, 2, "" })
      shell.assert_contains(answer.err, "neap: --param aging is given twice")
      shell.assert_contains(answer.err, ("neap %s --help"):format(verb))
    end
    local once = shell.neap { verb, "-s", "aging=1s", table.unpack(words) }
    same({ verb, once.code }, { verb, 0 })
  end
end

shell.main()
