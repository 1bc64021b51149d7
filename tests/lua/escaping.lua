-- escaping.lua - what the tests of trees that try to escape share: tests/programs/escape_linux.c.
local cjson = require "cjson"
local luaunit = require "luaunit"
local ledger = require "ledger"
local shell = require "shell"

local escaping = {}

-- What is still there is ended, and is a failure.
local function assert_ended(mode, path)
  local left = {}
  for i, member in ipairs(ledger.living(path)) do
    os.execute("kill -KILL " .. member.pid)
    left[i] = member.role
  end
  luaunit.assertEquals(table.concat(left, " "), "", mode .. ": alive after the end of neap")
end

-- Nobody counts while the task is held, each of `roles` does afterwards, none is left at its end.
function escaping.assert_whole(mode, roles, actuator)
  local path = shell.path("ledger." .. mode)
  local answer = shell.run {
    os.getenv("NEAP"), "tests/cli/escape_run.lua", actuator or "stop", shell.program("escape"),
    mode, path,
  }
  assert_ended(mode, path)
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertEquals(answer.out:match("held\t([^\n]*)"), "", mode .. ": ran while held")
  local released = answer.out:match("released\t([^\n]*)")
  for _, role in ipairs(roles) do
    luaunit.assertStrContains(released, role, nil, mode .. ": not released")
  end
  luaunit.assertEquals(answer.out:match("left\t([^\n]*)"), "", mode .. ": outlived its task")
end

-- What neap with this job costs in all, by the kernel; what it says of its own, and of the job.
local function account_of(job, seconds)
  local stats, spent = shell.path("charged.json"), shell.path("spent")
  local file = shell.file("charged.lua", "return {" .. job .. "}")
  local answer = shell.run {
    shell.program("spent"), spent, os.getenv("NEAP"), "run", "-j1", "-p", "rr", "-f", file,
    "--for", seconds .. "s", "--stats", stats,
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
function escaping.charged(job, seconds)
  local all, own, charged = account_of('{ "true" }', seconds)
  local besides = all - own - charged
  all, own, charged = account_of(job, seconds)
  return charged / (all - own - besides)
end

function escaping.assert_charged(mode, within)
  local path = shell.path("charged." .. mode)
  local part = escaping.charged(("{ %q, %q, %q }"):format(shell.program("escape"), path, mode), 2)
  assert_ended(mode, path)
  luaunit.assertTrue(math.abs(part - 1) <= within,
    ("%s: %.4f of what it used was charged"):format(mode, part))
end

return escaping
