-- stream_test.lua - neap where a stream is closed, full or without a reader: no job is lost by it.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestStream
TestStream = {}

local count = 0

-- Runs a shell line in which $NEAP is the program and $JOBS a file of two jobs, the second of
-- which makes $DONE. It must exist afterwards.
local function run(line, words)
  count = count + 1
  local done = shell.path("done" .. count)
  local path = shell.file("jobs", "sleep 0.1\ntouch " .. done .. "\n")
  local answer = shell.run {
    "bash", "-c", line, env = { "JOBS=" .. path, "DONE=" .. done }, input = words and words.input,
  }
  luaunit.assertNotNil(shell.read(done), answer.err)
  return answer
end

function TestStream.test_stdin_is_closed()
  local answer = run '"$NEAP" run -j1 -f $JOBS <&-'
  luaunit.assertEquals(answer.code, 0, answer.err)
  answer = shell.run { "bash", "-c", '"$NEAP" run -f - <&-' }
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, "neap: cannot read stdin: Bad file descriptor")
end

function TestStream.test_stdout_is_closed()
  luaunit.assertEquals(run('"$NEAP" run -j1 -f $JOBS >&-').code, 0)
  local answer = run '"$NEAP" run -j1 --stats - -f $JOBS >&-'
  luaunit.assertEquals(answer.code, 125)
  shell.assert_contains(answer.err, "neap: cannot write stdout: Bad file descriptor")
end

function TestStream.test_stderr_is_closed()
  luaunit.assertEquals(run('"$NEAP" run -v -j1 -f $JOBS 2>&-').code, 0)
end

function TestStream.test_all_are_closed()
  luaunit.assertEquals(run('"$NEAP" run -v -j1 -f $JOBS <&- >&- 2>&-').code, 0)
end

-- What neap opens must not become the stderr of a job.
function TestStream.test_a_job_without_stderr_writes_to_nothing_of_ours()
  local path = shell.path("figures.json")
  local answer = shell.run { "bash", "-c",
    '"$NEAP" run --stats ' .. path .. [[ -- sh -c 'echo boo >&2; echo $?' 2>&-]] }
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertStrMatches(answer.out, "[12]\n") -- the write has failed
  luaunit.assertStrMatches(shell.read(path), '{"schema".*')
end

function TestStream.test_stdout_is_full()
  local answer = run '"$NEAP" run -j1 --stats - -f $JOBS >/dev/full'
  luaunit.assertEquals(answer.code, 125)
  shell.assert_contains(answer.err, "neap: cannot write stdout: No space left on device")
  for _, verb in ipairs { "policies", "help", "version", "run --help" } do
    answer = shell.run { "bash", "-c", '"$NEAP" ' .. verb .. " >/dev/full" }
    luaunit.assertEquals(answer.code, 125, verb)
    shell.assert_contains(answer.err, "neap: cannot write stdout: No space left on device")
  end
end

function TestStream.test_stderr_is_full()
  luaunit.assertEquals(run('"$NEAP" run -v -j1 -f $JOBS 2>/dev/full').code, 0)
end

function TestStream.test_nobody_reads_stdout()
  local answer = run '"$NEAP" run -j1 --stats - -f $JOBS > >(exec 0<&-); echo $?'
  luaunit.assertEquals(answer.out, "125\n")
  shell.assert_contains(answer.err, "neap: cannot write stdout: Broken pipe")
end

function TestStream.test_nobody_reads_stderr()
  luaunit.assertEquals(run('"$NEAP" run -v -j1 -f $JOBS 2> >(exec 0<&-); echo $?').out, "0\n")
end

-- The reader takes nothing before the last job has run: neap must not wait for it.
function TestStream.test_a_reader_of_stderr_that_pauses_holds_up_no_job()
  local path = shell.file("many", ("true\n"):rep(3000) .. "touch $DONE\n")
  local answer = run(([[
    { JOBS=%s; "$NEAP" run -v -f %s 2>&1 >/dev/null; echo code $?; } | {
      until [ -e $DONE ]; do sleep 0.05; done; cat; }]]):format(path, path))
  luaunit.assertStrContains(answer.out, "neap: task 1 (true) starts\n")
  luaunit.assertStrMatches(answer.out, ".*\nneap: %d+ lines are missing here: nobody read them\n.*")
  luaunit.assertStrMatches(answer.out, ".*\ntouch +0 .*\nfair on .*\ncode 0\n")
end

function TestStream.test_nohup_lets_it_live_when_the_terminal_hangs_up()
  local answer = run '(sleep 0.05; kill -HUP $$) & exec nohup "$NEAP" run -j1 -f $JOBS'
  luaunit.assertEquals(answer.code, 0, answer.err)
end

function TestStream.test_setsid()
  local answer = run 'setsid -w "$NEAP" run -j1 -f $JOBS'
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertStrMatches(answer.err, ".*\ntouch +0 .*")
end

shell.main()
