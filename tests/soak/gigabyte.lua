-- gigabyte.lua - a job writes a gigabyte, to files, to readers that go away, to full disks.
--
-- Nothing is lost without a word, and neap stays small. Needs 1 GB in TMPDIR, and for full disks
-- the right to mount.
local luaunit = require "luaunit"
local peaks = require "peaks"
local shell = require "shell"

-- luacheck: globals TestGigabyte
TestGigabyte = {}

local SIZE = 1000000000 -- whole lines
local FLOOD = [[return {
  { "sh", "-c", "head -c 1G /dev/zero | tr '\\0' x | fold -w 99 | head -c 1000000000",
    name = "flood" },
  { "true", name = "other" } }]]

-- Runs `line`, in which NEAP stands for neap with the jobs and this output. The answer, with neap's
-- code; prints what neap and `also` had of memory.
local function run(what, mode, line, also)
  local code = shell.path("code")
  local neap = ('{ "$NEAP" run --output %s -f %s; echo $? >%s; }'):format(
    mode, shell.file("flood.lua", FLOOD), code)
  local started = shell.start {
    "sh", "-c", (line:gsub("NEAP", function() return neap end)), deadline = 300,
  }
  local most = peaks.watch(started)
  local answer = started:finish()
  started:assert_gone(2)
  answer.code = tonumber(shell.read(code))
  peaks.check(what, most, { "neap", "guard", also })
  print(("%s: %.1f s"):format(what, answer.took))
  return answer
end

-- The same with a disk of 32 MB at $SMALL.
local function run_small(what, mode, line, also)
  if not os.execute("unshare -m true 2>&-") then luaunit.skip("may not mount") end
  local small = shell.path("small")
  os.execute("mkdir -p " .. small)
  local inside = ("mount -t tmpfs -o size=32m none %s; %s"):format(small, line)
  local function around(text)
    return "export SMALL=" .. small .. "; exec unshare -m sh -c " .. shell.quote(text)
  end
  return run(what, (mode:gsub("SMALL", small)), around(inside), also)
end

function TestGigabyte.test_files()
  local dir = shell.path("files")
  os.execute("mkdir -p " .. dir)
  local answer = run("files", "files " .. dir, "NEAP")
  luaunit.assertEquals(answer.code, 0, answer.err)
  local file <close> = assert(io.open(dir .. "/flood.out"))
  luaunit.assertEquals(file:seek("end"), SIZE)
  os.remove(dir .. "/flood.out")
end

function TestGigabyte.test_files_on_a_full_disk()
  local answer = run_small("files, full disk", "files SMALL", "NEAP")
  luaunit.assertEquals(answer.code, 1, answer.err)
  luaunit.assertStrMatches(answer.err, ".*\nflood +1 .*") -- `head` could not write
  luaunit.assertStrMatches(answer.err, ".*\nother +0 .*")
end

function TestGigabyte.test_group_without_room_to_keep_it()
  local answer = run_small("group, full TMPDIR", "group", "export TMPDIR=$SMALL; NEAP | wc -c",
    "collector")
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertEquals(tonumber(answer.out), SIZE)
  shell.assert_contains(answer.err, "cannot be kept in TMPDIR until it ends")
end

function TestGigabyte.test_tag_and_group_into_a_full_disk()
  for _, mode in ipairs { "tag", "group" } do
    local answer = run_small(mode .. " into a full disk", mode, "NEAP >$SMALL/out", "collector")
    luaunit.assertEquals(answer.code, 125, answer.err)
    shell.assert_contains(answer.err,
      "the tasks' output is lost: cannot write to stdout: No space left on device")
  end
end

function TestGigabyte.test_tag_and_group_to_a_reader_that_goes_away()
  for _, mode in ipairs { "tag", "group" } do
    local answer = run(mode .. " without a reader", mode, "NEAP | head -c 1000000 | wc -c",
      "collector")
    luaunit.assertEquals(answer.code, 125, answer.err)
    luaunit.assertEquals(tonumber(answer.out), 1000000)
    shell.assert_contains(answer.err, "the tasks' output is lost: cannot write to stdout")
  end
end

function TestGigabyte.test_tag_and_group_to_a_slow_reader()
  for _, mode in ipairs { "tag", "group" } do
    local answer = run(mode .. " to a slow reader", mode,
      "NEAP | { head -c 1000000; sleep 3; cat; } | wc -c", "collector")
    luaunit.assertEquals(answer.code, 0, answer.err)
    luaunit.assertTrue(tonumber(answer.out) >= SIZE, answer.out)
  end
end

shell.main()
