-- rank_test.lua - neap raises itself, never its tasks; ticks are counted.
-- ctest labels: process
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestRank
TestRank = {}

local NEAP = os.getenv "NEAP"
local IS_ROOT = shell.output("id -u") == "0\n"
local FIFO, BATCH = 1, 3

-- What /proc says of a shell: its nice, its class, and the slice that the kernel gives it.
local WHO = "cat /proc/$$/stat; grep se.slice /proc/$$/sched 2>/dev/null; true"

local function read_rank(text)
  local fields = {}
  for word in text:match("%) (.-)\n"):gmatch("%S+") do fields[#fields + 1] = tonumber(word) or 0 end
  return { nice = fields[17], class = fields[39], slice = text:match("se%.slice.-(%d+)") }
end

-- A copy of the list `words` with these after them.
local function with(words, ...)
  local more = table.pack(...)
  return table.move(more, 1, more.n, #words + 1, table.move(words, 1, #words, 1, {}))
end

local function bare(...)
  return read_rank(shell.run(with({ ... }, "sh", "-c", WHO)).out)
end

-- What runs --rt as nobody, with these words before.
local function by_nobody(...)
  luaunit.skipIf(not IS_ROOT, "for root")
  local words = with({ ... }, "setpriv", "--reuid=65534", "--clear-groups")
  luaunit.skipIf(shell.run(with(words, "test", "-x", NEAP)).code ~= 0,
    "nobody may not come to where the program is")
  return with(words, NEAP, "run", "--rt", "-v", "--", "true")
end

function TestRank.test_a_task_has_the_nice_and_the_slice_that_neap_was_started_with()
  for _, words in ipairs { { "run" }, { "run", "--rt" } } do
    local answer = shell.neap(with(words, "--", "sh", "-c", WHO))
    luaunit.assertEquals(answer.code, 0, answer.err)
    local rank, other = read_rank(answer.out), bare "env"
    luaunit.assertEquals(rank.nice, other.nice)
    luaunit.assertEquals(rank.slice, other.slice)
    luaunit.assertEquals(rank.class, BATCH)
  end
end

function TestRank.test_a_nice_that_somebody_chose_stays()
  local answer = shell.run { "nice", "-n", "5", NEAP, "run", "-v", "--", "sh", "-c", WHO }
  luaunit.assertEquals(read_rank(answer.out).nice, bare("nice").nice - 10 + 5)
  shell.assert_contains(answer.err, "neap runs at nice 5,")
end

-- Its own class is seen from inside: the parent of the guard is its keeper, and of that neap.
function TestRank.test_realtime_is_for_neap_alone()
  luaunit.skipIf(shell.run({ "chrt", "-f", "1", "true" }).code ~= 0, "no realtime here")
  local answer = shell.neap { "run", "--rt", "-v", "--", "sh", "-c", [[
    guard=$(cut -d' ' -f4 /proc/$$/stat)
    keeper=$(cut -d' ' -f4 /proc/$guard/stat)
    neap=$(cut -d' ' -f4 /proc/$keeper/stat)
    for pid in $guard $keeper $neap; do cut -d' ' -f41 /proc/$pid/stat; done]] }
  luaunit.assertEquals(answer.out, ("0\n0\n%d\n"):format(FIFO), answer.err)
  shell.assert_contains(answer.err, "neap runs as SCHED_FIFO")
end

function TestRank.test_realtime_that_is_refused_is_told()
  local answer = shell.run(by_nobody "env")
  luaunit.assertEquals(answer.code, 0)
  shell.assert_contains(answer.err, "realtime was refused: SCHED_FIFO: Operation not permitted")
end

function TestRank.test_the_limits_let_nobody_raise_himself()
  local answer = shell.run(by_nobody("prlimit", "--rtprio=1"))
  shell.assert_contains(answer.err, "neap runs as SCHED_FIFO")
  answer = shell.run(by_nobody("prlimit", "--nice=25"))
  shell.assert_contains(answer.err, "neap runs at nice -5,")
end

function TestRank.test_ticks_are_counted_and_those_that_were_missed()
  local loop = "while :; do :; done"
  local path = shell.file("two.lua", ("return { { 'sh', '-c', %q }, { 'sh', '-c', %q } }")
    :format(loop, loop))
  local answer = shell.neap { "run", "-j1", "--for", "500ms", "-f", path, "--stats", "-" }
  local stats = cjson.decode(answer.out)
  luaunit.assertTrue(stats.ticks >= 20 and stats.ticks <= 80, stats.ticks)
  luaunit.assertTrue(stats.missed_ticks >= 0 and stats.missed_ticks < stats.ticks)
end

-- A runtime that sleeps inside a callback misses the ticks of that time, and says so.
function TestRank.test_ticks_in_which_the_runtime_did_something_else_are_missed()
  local path = shell.file("busy.lua", [[
local neap = require "neap"
local rt <close> = neap.runtime { cpus = 1, quantum = "5ms" }
local loop = { "sh", "-c", "while :; do :; done" }
local a, b = rt:spawn(loop), rt:spawn(loop)
repeat rt:run("20ms") until a.slices > 2 and b.slices > 2 -- both wait, so the tick runs
local before = rt:stats().missed_ticks
rt:after(1, function() os.execute("sleep 0.2") end)
rt:run("300ms")
print(rt:stats().missed_ticks - before >= 30)
]])
  local answer = shell.neap { path }
  luaunit.assertEquals(answer.out, "true\n", answer.err)
end

shell.main()
