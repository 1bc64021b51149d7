-- blocks_test.lua - each block of code in the README and in docs/ runs, or says that it does not.
--
-- The blocks of a page run one after the other in a folder of their own, in which there is what
-- they take for granted. `sh` is typed into a shell, where any failure counts. `lua` is a job
-- file, a policy, a workload or a script, as its return says; with a first line `-- NAME.lua - ...`
-- it is there under that name for all blocks of the page. `c` compiles without a warning, and runs
-- if it has a main(); not where a library that it includes is not installed. What is no code is
-- `text`. A block behind `<!-- not run: REASON -->` is not run; there are few.
-- policies_doc_test.lua runs POLICIES.md, the blocks of C_API.md are headers.
-- ctest timeout: 240
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestBlocks
TestBlocks = {}

local same = luaunit.assertEquals

local BUILD = os.getenv("NEAP"):match "^(.*)/"
local HERE = shell.output("pwd"):match "[^\n]+"
local NOT_RUN = 7 -- at most
local ELSEWHERE = { ["docs/POLICIES.md"] = true, ["docs/C_API.md"] = true }
local LANGUAGES = { sh = true, lua = true, c = true, text = true }

-- A program that works for so many steps of a loop, in sh.
local function busy(steps)
  return ("#!/bin/sh\ni=0; while [ $i -lt %d ]; do i=$((i + 1)); done\n"):format(steps)
end

local FIXTURES = { -- file: text; those in bin/ are programs
  ["bin/make"] = busy(20000),
  ["bin/build"] = busy(200000),
  ["bin/encode"] = busy(1000),
  ["encode"] = busy(1000),
  ["jobs.txt"] = "build\nsleep 0.05\nencode one.wav\n",
  ["jobs.lua"] = 'return { { "build", name = "build", priority = 7 }, { "encode" } }\n',
  ["work.lua"] = 'return { { name = "a", work = "50ms", count = 3 } }\n',
}

local function pages()
  local list = {}
  for path in shell.output "ls *.md docs/*.md":gmatch "%S+" do
    if not ELSEWHERE[path] then list[#list + 1] = path end
  end
  return list
end

-- The fenced blocks of a page: { language, text, line, reason } each.
local function blocks_of(path)
  local list, block, reason, number = {}, nil, nil, 0
  for line in (shell.read(path) .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    local mark = line:match "^```(.*)"
    if mark and block then
      list[#list + 1], block, reason = block, nil, nil
    elseif mark then
      block = { language = mark, text = "", line = number, reason = reason }
    elseif block then
      block.text = block.text .. line .. "\n"
    elseif line ~= "" then
      reason = line:match "^<!%-%- not run: (.*) %-%->$"
    end
  end
  luaunit.assertNil(block, path .. ": a block has no end")
  return list
end

-- A folder with the fixtures and the page's own files in it.
local function folder_of(path, blocks)
  local name = "page" .. path:gsub("%W", "_")
  local folder = shell.path(name)
  os.execute(("mkdir -p %s/bin %s/run && ln -s %s %s"):format(folder, folder,
    shell.quote(HERE .. "/examples"), folder))
  for file, text in pairs(FIXTURES) do
    shell.file(name .. "/" .. file, text)
    if text:find "^#!" then os.execute(("chmod 755 %s/%s"):format(folder, file)) end
  end
  for _, block in ipairs(blocks) do
    block.file = block.language == "lua" and block.text:match "^%-%- ([%w_]+%.lua) %- "
    if block.file then shell.file(name .. "/" .. block.file, block.text) end
  end
  return folder, name
end

local function has_cgroups()
  return shell.neap({ "run", "--quiet", "--actuator", "freeze", "--", "true" }).code == 0
end

local run = {} -- by language: block, folder, name of the folder

-- Where there is no cgroup to freeze, lines that want one are left out.
function run.sh(block, place)
  local text = block.text
  if text:find("freeze", 1, true) and not has_cgroups() then
    text = text:gsub("[^\n]*freeze[^\n]*\n", "")
  end
  return place.run { "sh", "-exc", text }
end

function run.lua(block, place)
  local file = block.file or "block.lua"
  if not block.file then shell.file(place.name .. "/" .. file, block.text) end
  if block.text:find "\nreturn [%w_]+\n$" or block.text:find "return neap.policy" then
    return place.run { "neap", "policy", "check", "./" .. file, "--workloads", "60" }
  elseif block.text:find "return function%(" then
    return place.run { "neap", "sim", file }
  elseif block.text:find "work = " and block.text:find "\nreturn {" then
    return place.run { "neap", "sim", file }
  elseif block.text:find "\nreturn {" or block.text:find "^return {" then
    return place.run { "neap", "run", "--quiet", "--for", "1s", "-f", file }
  end
  return place.run { "neap", file }
end

-- What a block in C needs that includes this: words for the compiler, or their package.
local INCLUDED = {
  ["ev.h"] = { words = "-lev" },
  ["uv.h"] = { package = "libuv" },
  ["lualib.h"] = { package = "lua5.4", words = "-lneap-lua -lneap" },
}

-- The words for all that it includes; nil where one of them is not installed.
local function words_for(text)
  local words = {}
  for header, need in pairs(INCLUDED) do
    if text:find("#include <" .. header .. ">", 1, true) then
      if need.words then words[#words + 1] = need.words end
      if need.package then
        local answer = shell.run { "pkg-config", "--cflags", "--libs", need.package }
        if answer.code ~= 0 then return nil end
        words[#words + 1] = answer.out
      end
    end
  end
  return table.concat(words, " ")
end

function run.c(block, place)
  local whole = block.text:find "int main%("
  local more = words_for(block.text)
  if not more then return { code = 0 } end
  shell.file(place.name .. "/block.c", block.text)
  local words = { os.getenv "CC" or "cc", "-std=c11", "-Wall", "-Wextra", "-Wno-unused-parameter",
    "-Werror", "-D_POSIX_C_SOURCE=200809L", "-I" .. HERE .. "/runtime/include", "block.c" }
  for _, word in ipairs(whole and { "-o", "block", "-L" .. BUILD, "-lneap" }
    or { "-fsyntax-only", "-include", "neap/neap.h", "-Wno-unused-function",
      "-Wno-unused-variable" }) do
    words[#words + 1] = word
  end
  for word in more:gmatch "%S+" do words[#words + 1] = word end
  local answer = place.run(words)
  if answer.code ~= 0 or not whole then return answer end
  return place.run { "./block" }
end

local function place_of(path, blocks, sleeper)
  local folder, name = folder_of(path, blocks)
  local env = { ("PATH=%s/bin:%s:%s"):format(folder, BUILD, os.getenv "PATH"),
    "LD_LIBRARY_PATH=" .. BUILD, "XDG_RUNTIME_DIR=" .. folder .. "/run", "PID=" .. sleeper.pid }
  return { name = name, run = function(words)
    words.cwd, words.env, words.deadline = folder, env, 60
    return shell.run(words)
  end }
end

local function run_page(path)
  local sleeper = shell.start { "sleep", "200", deadline = 201 } -- for --attach $PID
  local blocks = blocks_of(path)
  local place = place_of(path, blocks, sleeper)
  for _, block in ipairs(blocks) do
    if run[block.language] and not block.reason then
      local answer = run[block.language](block, place)
      luaunit.assertEquals(answer.code, 0, ("%s:%d: %s\n%s"):format(path, block.line,
        tostring(answer.signal or answer.code), answer.err))
    end
  end
  sleeper:signal "TERM"
  sleeper:finish()
end

function TestBlocks.test_every_block_says_what_it_is()
  local not_run = {}
  for _, path in ipairs(pages()) do
    for _, block in ipairs(blocks_of(path)) do
      luaunit.assertTrue(LANGUAGES[block.language], ("%s:%d: a block is one of sh, lua, c, text")
        :format(path, block.line))
      if block.reason then not_run[#not_run + 1] = path .. ":" .. block.line end
    end
  end
  luaunit.assertTrue(#not_run <= NOT_RUN, table.concat(not_run, "\n"))
end

function TestBlocks.test_no_block_is_hidden_from_us_by_an_indent()
  for _, path in ipairs(pages()) do
    local text = ("\n" .. shell.read(path)):gsub("\n```.-\n```", "")
    local line = text:match "\n\n(    [^ \n][^\n]*)"
    luaunit.assertNil(line, path .. ": fence it")
  end
end

-- The anchor of a heading, as GitHub makes it.
local function anchor(heading)
  return (heading:lower():gsub("[^%w%s_-]", ""):gsub("%s", "-"))
end

local function anchors_of(path)
  local set = {}
  local text = ("\n" .. shell.read(path)):gsub("\n```.-\n```", "")
  for heading in text:gmatch "\n#+ ([^\n]*)" do set[anchor(heading)] = true end
  return set
end

function TestBlocks.test_every_link_leads_somewhere()
  local bad = {}
  local list = pages()
  table.move({ "docs/POLICIES.md", "docs/C_API.md", "policies/README.md" }, 1, 3, #list + 1, list)
  for _, path in ipairs(list) do
    local folder = path:match "^(.*/)" or ""
    local text = shell.read(path):gsub("\n```.-\n```", ""):gsub("`[^`\n]*`", "")
    for target, place in text:gmatch "%]%(([^()#%s]*)#?([^()%s]*)%)" do
      local file = target == "" and path or folder .. target
      local known = target:find "^https?:" or os.execute("test -e " .. shell.quote(file))
      if known and place ~= "" and file:find "%.md$" then known = anchors_of(file)[place] end
      if not known then bad[#bad + 1] = ("%s: %s#%s"):format(path, target, place) end
    end
  end
  same(table.concat(bad, "\n"), "")
end

-- One test for each page that has any.
for _, path in ipairs(pages()) do
  local any = false
  for _, block in ipairs(blocks_of(path)) do
    any = any or run[block.language] and not block.reason
  end
  if any then
    TestBlocks["test_the_blocks_of_" .. path:gsub("%W", "_")] = function() run_page(path) end
  end
end

if (shell.read(BUILD .. "/CMakeCache.txt") or ""):find "\nNEAP_SANITIZE:STRING=%w" then
  os.exit(77) -- pages are the same in every build, and what is built here cannot link them
end
shell.main()
