-- escaping.lua - what the tests of trees that try to escape share: tests/programs/escape_linux.c.
local cjson = require "cjson"
local luaunit = require "luaunit"
local ledger = require "ledger"
local shell = require "shell"

local escaping = {}

local WITHOUT = {
  [""] = {}, ["cgroup"] = { "--without", "cgroup" },
  ["cgroup perf"] = { "--without", "cgroup", "--without", "perf" },
}

-- What is still there is ended, and is a failure.
local function assert_ended(mode, path)
  local left = {}
  for i, member in ipairs(ledger.living(path)) do
    os.execute("kill -KILL " .. member.pid)
    left[i] = member.role
  end
  luaunit.assertEquals(table.concat(left, " "), "", mode .. ": alive after the end of neap")
end

-- Each mode of the escape artist: what it is, and who counts in it.
escaping.modes = {
  session = { "a_session_of_its_own", "session leader", "setsid" },
  double_fork = { "a_double_fork", "double fork", "orphan" },
  daemon = { "a_daemon", "daemon", "daemon's parent" },
  clean = { "a_daemon_with_an_empty_environment", "clean daemon", "plain" },
  storm = { "a_fork_storm", "storm" },
  hop = { "a_chain_of_forks_in_a_session_of_its_own", "hop", "hop's parent" },
  comet = { "a_chain_of_forks_each_in_another_session", "comet", "comet's parent" },
  vfork = { "a_parent_in_vfork", "vfork" },
  deaf = { "one_that_ignores_and_blocks_all_signals", "deaf" },
  thread = { "a_thread_that_outlives_the_first", "thread" },
  regroup = { "one_that_changes_its_group", "changer", "new group", "regroup" },
  guest = { "one_that_joins_the_guards_group", "guest's parent", "guard's guest" },
  all = { "all_of_them_at_once" }, -- so many that not each has a turn soon
}

-- Nobody counts while the task is held, each of the mode does afterwards, none is left at its end.
-- `without`: what neap is to do without, by words.
function escaping.assert_whole(mode, actuator, without)
  local path = shell.path("ledger." .. mode)
  local answer = shell.run {
    os.getenv("NEAP"), "tests/cli/escape_run.lua", actuator or "stop", without or "",
    shell.program("escape"), mode, path,
  }
  assert_ended(mode, path)
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertEquals(answer.out:match("held\t([^\n]*)"), "", mode .. ": ran while held")
  local released = answer.out:match("released\t([^\n]*)")
  for _, role in ipairs { table.unpack(escaping.modes[mode], 2) } do
    luaunit.assertStrContains(released, role, nil, mode .. ": not released")
  end
  luaunit.assertEquals(answer.out:match("left\t([^\n]*)"), "", mode .. ": outlived its task")
end

-- Adds to `suite` a test for each mode.
function escaping.add(suite, actuator, without)
  for mode, about in pairs(escaping.modes) do
    suite["test_" .. about[1] .. "_is_held_and_ended"] = function()
      escaping.assert_whole(mode, actuator, without)
    end
  end
end

-- What neap with this job costs in all, by the kernel; what it says of its own, and of the job.
local function account_of(job, seconds, without)
  local stats, spent = shell.path("charged.json"), shell.path("spent")
  local file = shell.file("charged.lua", "return {" .. job .. "}")
  local answer = shell.run {
    shell.program("spent"), spent, os.getenv("NEAP"), "run", "-j1", "-p", "rr", "-f", file,
    "--for", seconds .. "s", "--stats", stats, table.unpack(WITHOUT[without or ""]),
  }
  luaunit.assertEquals(answer.code, 0, answer.err)
  local run = cjson.decode(shell.read(stats))
  local sum = 0
  for _, task in ipairs(run.tasks) do sum = sum + task.cpu_ns end
  return tonumber(shell.read(spent):match("%d+")), run.neap_cpu_ns, sum
end

-- Runs one task under neap for some seconds. Returns what it was charged, as a part of what the
-- kernel counted for it and all that it started. What neap costs before and after its account is
-- known from a run of nothing.
function escaping.charged(job, seconds, without)
  local all, own, charged = account_of('{ "true" }', seconds, without)
  local besides = all - own - charged
  all, own, charged = account_of(job, seconds, without)
  return charged / (all - own - besides)
end

function escaping.assert_charged(mode, within, without)
  local path = shell.path("charged." .. mode)
  local job = ("{ %q, %q, %q }"):format(shell.program("escape"), path, mode)
  local part = escaping.charged(job, 2, without)
  assert_ended(mode, path)
  luaunit.assertTrue(math.abs(part - 1) <= within,
    ("%s: %.4f of what it used was charged"):format(mode, part))
end

return escaping
