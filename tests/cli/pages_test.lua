-- pages_test.lua - manual pages and completions have every verb and option, and are well-formed.
--
-- They are written here once more, from the tables of $NEAP. What needs groff, mandoc, man, zsh or
-- fish is left out where that is not installed.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestPages TestShells
TestPages, TestShells = {}, {}

local same = luaunit.assertEquals

local pages -- the folder that they are in

local function write_pages()
  if pages then return pages end
  local folder = shell.path "pages"
  os.execute("mkdir -p " .. folder)
  for _, script in ipairs { "docs/man.lua", "docs/completions.lua" } do
    local answer = shell.neap { script, folder }
    same(answer.code, 0, answer.err)
  end
  pages = folder
  return pages
end

local function read(name)
  local text = shell.read(write_pages() .. "/" .. name)
  luaunit.assertNotNil(text, name .. " was not written")
  return text
end

local function has(tool)
  return os.execute(("command -v %s >/dev/null"):format(tool)) == true
end

-- The verbs, as the help tells them.
local function verbs()
  local list = {}
  local text = shell.neap({ "help" }).out:match "\nverbs:\n(.-)\n\n"
  for name in ("\n" .. text):gmatch "\n  (%l+) " do list[#list + 1] = name end
  luaunit.assertTrue(#list > 9)
  return list
end

-- The names of a verb's options, as its help tells them.
local function options_of(verb)
  local list = {}
  for line in shell.neap({ "help", verb }).out:gmatch "[^\n]+" do
    local label = line:match "^   (%-.*)"
    for name in (label and label:gsub("  .*", "") or ""):gmatch "%-[%w-]+" do
      list[#list + 1] = name
    end
  end
  luaunit.assertTrue(#list >= 2, verb)
  return list
end

-- Man.

function TestPages.test_every_verb_has_a_page_and_every_option_stands_there()
  local overview = read "neap.1"
  for _, verb in ipairs(verbs()) do
    shell.assert_contains(overview, "neap\\-" .. verb .. " (1)")
    local page = read(("neap-%s.1"):format(verb))
    for _, option in ipairs(options_of(verb)) do
      shell.assert_contains(page, "\\fB" .. option:gsub("%-", "\\-") .. "\\fR")
    end
  end
end

function TestPages.test_pages_of_policies_and_of_the_header()
  shell.assert_contains(read "neap-policy.7", "THE BUNDLED POLICIES")
  local page, count = read "neap.h.3", 0
  for name in shell.output "cat runtime/include/neap/*.h":gmatch "\nNEAP_API [^;]-([%w_]+)%(" do
    shell.assert_contains(page, "\\fB" .. name .. "()\\fR")
    count = count + 1
  end
  luaunit.assertTrue(count > 100)
end

-- What each of the tools says of all pages.
local function complaints(command)
  write_pages()
  return shell.output(("for page in %s/*.[137]; do %s 2>&1; done"):format(pages, command))
end

function TestPages.test_groff_has_nothing_to_say()
  if not has "groff" then luaunit.skip "no groff" end
  same(complaints 'groff -man -Tutf8 -ww -z "$page"', "")
end

function TestPages.test_mandoc_has_nothing_to_say()
  if not has "mandoc" then luaunit.skip "no mandoc" end
  same(complaints 'mandoc -Tlint "$page"', "")
end

function TestPages.test_man_shows_them()
  if not has "man" then luaunit.skip "no man" end
  same(complaints 'MANWIDTH=80 man --warnings -l "$page" >/dev/null', "")
  write_pages()
  shell.assert_contains(shell.output("man -l " .. pages .. "/neap-run.1 | col -b"),
    "neap run [OPTIONS] -- PROG [ARGS]")
end

-- Completions.

function TestShells.test_every_verb_and_option_is_completed()
  local bash, zsh, fish = read "neap.bash", read "_neap", read "neap.fish"
  for _, verb in ipairs(verbs()) do
    local of_bash = (" %s "):format(bash:match("\n    " .. verb .. '%) echo "(.-)"'))
    local of_zsh = zsh:match("\n        " .. verb .. "%)\n(.-)\n            ;;")
    for _, option in ipairs(options_of(verb)) do
      shell.assert_contains(of_bash, " " .. option .. " ")
      luaunit.assertNotNil(of_zsh:find("'*" .. option, 1, true), verb .. " " .. option)
      local flag = option:find "^%-%-" and " -l " .. option:sub(3) or " -s " .. option:sub(2)
      local line = ("__fish_seen_subcommand_from %s'[^\n]*%s "):format(verb,
        flag:gsub("%p", "%%%0"))
      luaunit.assertNotNil(fish:find(line), verb .. flag)
    end
  end
end

-- What bash would offer for these words, the last of which is begun.
local function in_bash(...)
  local words = {}
  for i, word in ipairs { ... } do words[i] = shell.quote(word) end
  write_pages()
  local script = shell.file("complete.bash", ("source %s/neap.bash\nCOMP_WORDS=(%s)\n"
    .. "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_neap\necho \"${COMPREPLY[*]}\"\n"):format(pages,
    table.concat(words, " ")))
  local answer = shell.run { "bash", "--norc", script }
  same(answer.err, "")
  return answer.out:match "[^\n]*"
end

function TestShells.test_bash_completes_verbs_options_and_values()
  if not has "bash" then luaunit.skip "no bash" end
  same(in_bash("neap", "wh"), "why")
  same(in_bash("neap", "run", "--actu"), "--actuator")
  same(in_bash("neap", "run", "--actuator", ""), "stop freeze none")
  same(in_bash("neap", "run", "--actuator", "=", "f"), "freeze")
  same(in_bash("neap", "run", "--on-death", "c"), "continue")
  same(in_bash("neap", "run", "--limit", "mem"), "memory=")
  same(in_bash("neap", "sim", "--limit", "mem"), "")
  same(in_bash("neap", "help", "ru"), "run")
end

function TestShells.test_bash_completes_policies_and_files()
  if not has "bash" then luaunit.skip "no bash" end
  same(in_bash("neap", "run", "-p", "lot"), "lottery")
  same(in_bash("neap", "sim", "--policy", "examples/policies/fair"), "examples/policies/fair5.lua")
  same(in_bash("neap", "policy", ""), "new check show")
  same(in_bash("neap", "policy", "show", "lot"), "lottery")
  same(in_bash("neap", "run", "-f", "examples/jobs."), "examples/jobs.txt")
  same(in_bash("neap", "sim", "-p", "rr", "examples/workloads/mix"),
    "examples/workloads/mixed.lua")
  same(in_bash("neap", "examples/dem"), "examples/demo.lua")
  luaunit.assertNotNil((" " .. in_bash("neap", "run", "--", "tru") .. " "):find " true ")
end

function TestShells.test_zsh_and_fish_take_them()
  write_pages()
  for tool, file in pairs { zsh = "_neap", fish = "neap.fish", bash = "neap.bash" } do
    if has(tool) then
      local answer = shell.run { tool, "-n", pages .. "/" .. file }
      same({ answer.code, answer.err }, { 0, "" }, tool)
    end
  end
end

function TestShells.test_fish_completes_values()
  if not has "fish" then luaunit.skip "no fish" end
  write_pages()
  local function offered(line)
    local answer = shell.run { "fish", "--no-config", "-c",
      ("source %s/neap.fish; complete -C %s"):format(pages, shell.quote(line)),
      env = { "HOME=" .. shell.path "", "XDG_RUNTIME_DIR=" .. shell.path "" } }
    return answer.out:gsub("\t[^\n]*", ""):gsub("\n", " ")
  end
  same(offered "neap run --actuator ", "freeze none stop ")
  same(offered "neap run -p lott", "lottery ")
  same(offered "neap help wh", "why ")
end

shell.main()
