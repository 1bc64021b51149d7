-- output_test.lua - `neap run --output MODE`: every byte arrives, or somebody is told.
-- ctest timeout: 120
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestTag TestGroup TestFiles TestOutput
TestTag = {}
TestGroup = {}
TestFiles = {}
TestOutput = {}

local LOOP = "while :; do :; done"
local PIECE = 64 * 1024

-- A job file of jobs { name, script }.
local function jobs(list)
  local text = { "return {\n" }
  for _, job in ipairs(list) do
    text[#text + 1] = ("{ 'sh', '-c', %q, name = %q, %s },\n"):format(
      job[2], job[1], job.more or "")
  end
  text[#text + 1] = "}\n"
  return shell.file("jobs.lua", table.concat(text))
end

local function run_jobs(mode, list, more)
  local words = { "run", "--output", table.unpack(mode) }
  for _, word in ipairs(more or {}) do words[#words + 1] = word end
  words[#words + 1] = "-f"
  words[#words + 1] = jobs(list)
  return shell.neap(words)
end

-- Runs the shell line `around`, in which NEAP stands for `neap run --output REST`. The answer is
-- that of shell.run, but with neap's exit code.
local function neap_line(rest, around)
  local code = shell.path("code")
  local command = ('{ "$NEAP" run --output %s; echo $? >%s; }'):format(rest, code)
  local answer = shell.run { "sh", "-c", (around:gsub("NEAP", function() return command end)) }
  answer.code = tonumber(shell.read(code))
  return answer
end

local function lines_of(text)
  local list = {}
  for line in text:gmatch("([^\n]*)\n") do list[#list + 1] = line end
  return list
end

-- What the lines of `name` say, joined by `between`.
local function said(text, name, between)
  local list = {}
  for _, line in ipairs(lines_of(text)) do
    if line:sub(1, #name + 2) == name .. ": " then list[#list + 1] = line:sub(#name + 3) end
  end
  return table.concat(list, between)
end

function TestTag.test_each_line_has_the_name_of_its_task()
  local answer = run_jobs({ "tag" }, {
    { "one", "echo a; echo b; echo c >&2" }, { "two", "echo d; echo e >&2" },
  })
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertEquals(said(answer.out, "one", "|"), "a|b")
  luaunit.assertEquals(said(answer.out, "two", "|"), "d")
  luaunit.assertEquals(#lines_of(answer.out), 3)
  shell.assert_contains("\n" .. answer.err, "\none: c\n")
  shell.assert_contains("\n" .. answer.err, "\ntwo: e\n")
end

function TestTag.test_a_last_line_without_a_newline_gets_one()
  local answer = run_jobs({ "tag" }, { { "one", "printf 'a\\nb'" } })
  luaunit.assertEquals(answer.out, "one: a\none: b\n")
end

function TestTag.test_an_empty_line_is_a_line()
  local answer = run_jobs({ "tag" }, { { "one", "printf '\\n\\na\\n'" } })
  luaunit.assertEquals(answer.out, "one: \none: \none: a\n")
end

function TestTag.test_a_line_comes_when_it_is_there()
  local fifo = shell.path("go")
  os.execute("mkfifo " .. fifo)
  local run = shell.start_neap {
    "run", "--output", "tag", "--", "sh", "-c", "echo up; read x <" .. fifo .. "; echo down",
  }
  run:await("sh: up\n")
  os.execute("echo >" .. fifo)
  luaunit.assertEquals(run:finish().out, "sh: up\nsh: down\n")
end

function TestTag.test_a_very_long_line_comes_in_pieces()
  local answer = run_jobs({ "tag" }, {
    { "one", "head -c 200000 /dev/zero | tr '\\0' x; echo; echo end" },
  })
  local list = lines_of(answer.out)
  luaunit.assertEquals(#list, 5)
  for i = 1, 3 do luaunit.assertEquals(#list[i], PIECE + #"one: ") end
  luaunit.assertEquals(#said(answer.out, "one", ""), 200000 + #"end")
end

function TestTag.test_a_line_of_just_64_KiB_is_whole()
  local answer = run_jobs({ "tag" }, {
    { "one", "head -c 65536 /dev/zero | tr '\\0' x; echo; echo end" },
  })
  luaunit.assertEquals(#lines_of(answer.out), 2)
end

function TestTag.test_bytes_of_any_value_pass()
  local all = {}
  for i = 0, 255 do all[#all + 1] = string.char(i) end
  local text = table.concat(all):rep(300)
  local file = shell.file("bytes", text)
  local answer = run_jobs({ "tag" }, { { "one", "cat " .. file } })
  luaunit.assertTrue(said(answer.out, "one", "\n") == text)
end

function TestTag.test_a_name_stays_on_its_line()
  local answer = run_jobs({ "tag" }, { { "a\n\27[1mb: é/c", "echo x" } })
  luaunit.assertEquals(answer.out, "a??[1mb: é/c: x\n")
end

-- The reader begins late, so that all that is between it and the jobs is full by then.
function TestTag.test_lines_stay_whole_and_none_is_lost_among_many_writers()
  local list = {}
  for i = 1, 8 do
    list[i] = { "job" .. i, "seq -f '%g out' 1 20000 & seq -f '%g err' 1 20000 >&2; wait" }
  end
  local answer = neap_line("tag -q 1ms -j2 -f " .. jobs(list), "NEAP 2>&1 | (sleep 0.5; cat)")
  local count, last = 0, {}
  for _, line in ipairs(lines_of(answer.out)) do
    local job, n, stream = line:match("^(job%d): (%d+) (%l+)$")
    if stream == "out" or stream == "err" then
      luaunit.assertEquals(tonumber(n), (last[job .. stream] or 0) + 1)
      last[job .. stream] = tonumber(n)
      count = count + 1
    end
  end
  luaunit.assertEquals(count, 8 * 20000 * 2)
  luaunit.assertEquals(answer.code, 0)
end

function TestTag.test_single_jobs_keep_their_stdin_and_code()
  local answer = neap_line("tag -- sh -c 'cat; exit 7'", "echo hello | NEAP")
  luaunit.assertEquals(answer.out, "sh: hello\n")
  luaunit.assertEquals(answer.code, 7)
end

function TestGroup.test_output_comes_at_the_end_of_its_job()
  local fifo = shell.path("first")
  os.execute("mkfifo " .. fifo)
  local file = jobs {
    { "slow", "echo s1; read x <" .. fifo .. "; echo s2; echo s3 >&2" },
    { "quick", "echo q1; echo q2 >&2; echo >" .. fifo .. "; echo q3" },
  }
  local answer = neap_line("group -j2 -f " .. file, "NEAP 2>&1")
  local first, last = answer.out:find("q1\nq3\nq2\n", 1, true)
  luaunit.assertNotNil(first, answer.out)
  luaunit.assertNotNil(answer.out:find("s1\ns2\ns3\n", 1, true), answer.out)
  luaunit.assertTrue(#answer.out > last)
end

function TestGroup.test_bytes_are_as_they_were_written()
  local answer = run_jobs({ "group" }, { { "one", "printf 'a\\0b\\nc'" } })
  luaunit.assertEquals(answer.out, "a\0b\nc")
end

function TestGroup.test_more_than_memory_takes_is_kept_in_a_file()
  local script = "seq 1 200000; seq 1 50000 >&2"
  local answer = neap_line("group -j2 -f " .. jobs { { "one", script }, { "two", script } },
    "NEAP 2>/dev/null")
  local once = shell.output("seq 1 200000")
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertTrue(answer.out == once .. once)
end

-- The limit is on files, so it meets what the collector keeps and nothing else.
function TestGroup.test_a_full_disk_loses_nothing()
  local file = jobs { { "big", "seq 1 100000; seq 1 100 >&2; echo end" } }
  local answer = neap_line("group -f " .. file, "(ulimit -f 400; NEAP) | cat")
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertTrue(answer.out == shell.output("seq 1 100000") .. "end\n")
  shell.assert_contains(answer.err, shell.output("seq 1 100"))
  shell.assert_contains(answer.err, "neap: task 1 (big): its output cannot be kept in TMPDIR")
end

function TestGroup.test_a_full_tmpfs_loses_nothing()
  local folder = shell.path("small")
  os.execute("mkdir " .. folder)
  local mount = ("mount -t tmpfs -o size=200k none %s 2>/dev/null"):format(folder)
  if not os.execute(("unshare -m sh -c %s 2>/dev/null"):format(shell.quote(mount))) then
    luaunit.skip("cannot mount a tmpfs of its own")
  end
  local file = jobs { { "big", "seq 1 100000; echo end" } }
  local line = ("%s; export TMPDIR=%s; NEAP | cat"):format(mount, folder)
  local answer = neap_line("group -f " .. file,
    "unshare -m sh -c '" .. line:gsub("'", "'\\''") .. "'")
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertTrue(answer.out == shell.output("seq 1 100000") .. "end\n")
  shell.assert_contains(answer.err, "No space left on device")
end

function TestGroup.test_no_folder_for_files_loses_nothing()
  local file = jobs { { "big", "seq 1 100000" } }
  local answer = neap_line("group -f " .. file, "export TMPDIR=/no/such/folder; NEAP")
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertTrue(answer.out == shell.output("seq 1 100000"))
  shell.assert_contains(answer.err, "TMPDIR")
end

local function folder_of(name)
  local path = shell.path(name)
  os.execute("mkdir " .. path)
  return path
end

function TestFiles.test_each_task_has_its_files()
  local dir = folder_of("files")
  local answer = run_jobs({ "files", dir }, {
    { "one", "echo a; echo b >&2" }, { "one", "echo c" }, { "one.2", "echo d" },
    { "x/../y", "echo e" }, { "a\nb", "echo f" }, { ("n"):rep(400), "echo g" },
  })
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertEquals(answer.out, "")
  for name, text in pairs {
    ["one.out"] = "a\n", ["one.err"] = "b\n", ["one.2.out"] = "c\n", ["one.2.2.out"] = "d\n",
    ["x_.._y.out"] = "e\n", ["a_b.out"] = "f\n", ["one.2.err"] = "",
  } do
    luaunit.assertEquals(shell.read(dir .. "/" .. name), text, name)
  end
  luaunit.assertEquals(shell.output("cat " .. dir .. "/nnn*.out"), "g\n")
  luaunit.assertNil(answer.err:find("neap:", 1, true))
end

function TestFiles.test_what_was_there_is_replaced()
  local dir = folder_of("again")
  for _ = 1, 2 do run_jobs({ "files", dir }, { { "one", "echo a" } }) end
  luaunit.assertEquals(shell.read(dir .. "/one.out"), "a\n")
end

function TestFiles.test_a_directory_that_is_not_one_is_refused()
  local mark = shell.path("mark")
  for _, dir in ipairs { "/no/such/dir", shell.file("plain", "x") } do
    local answer = run_jobs({ "files", dir }, { { "one", "touch " .. mark } })
    luaunit.assertEquals(answer.code, 2)
    shell.assert_contains(answer.err, dir)
    luaunit.assertNil(shell.read(mark))
  end
end

function TestFiles.test_a_file_that_cannot_be_made_fails_its_task_only()
  local dir = folder_of("half")
  os.execute("mkdir " .. dir .. "/one.err; mkfifo " .. dir .. "/two.out")
  local answer = run_jobs({ "files", dir }, {
    { "one", "echo a" }, { "two", "echo b" }, { "three", "echo c" },
  })
  luaunit.assertEquals(answer.code, 2)
  shell.assert_contains(answer.err, dir .. "/one.err")
  shell.assert_contains(answer.err, dir .. "/two.out")
  luaunit.assertEquals(shell.read(dir .. "/three.out"), "c\n")
end

function TestFiles.test_a_full_disk_is_seen_by_the_job()
  local dir = folder_of("limited")
  local file = jobs { { "big", "trap '' XFSZ; head -c 1000000 /dev/zero" } }
  local answer = neap_line(("files %s -f %s"):format(dir, file), "ulimit -f 400; NEAP")
  luaunit.assertEquals(answer.code, 1)
  shell.assert_contains(shell.read(dir .. "/big.err"), "File too large")
end

function TestFiles.test_a_misuse_is_told()
  for words, problem in pairs {
    ["files"] = "needs a directory",
    ["tag /tmp"] = "takes no directory",
    ["tags"] = '"tags"',
    [""] = "--output",
  } do
    local answer = neap_line(words .. " -- true", "NEAP")
    luaunit.assertEquals(answer.code, 2, answer.err)
    shell.assert_contains(answer.err, problem)
  end
end

function TestOutput.test_null_is_nothing()
  local answer = run_jobs({ "null" }, { { "one", "echo a; echo b >&2; ls -l /proc/self/fd/1" } })
  luaunit.assertEquals(answer.code, 0)
  luaunit.assertEquals(answer.out, "")
  luaunit.assertNil(answer.err:find("^b"))
end

function TestOutput.test_a_job_may_have_its_own()
  local dir = folder_of("own")
  local answer = run_jobs({ "tag" }, {
    { "one", "echo a" }, { "two", "echo b", more = "output = 'null'" },
    { "three", "echo c", more = ("output = 'files', output_dir = %q"):format(dir) },
  })
  luaunit.assertEquals(answer.out, "one: a\n")
  luaunit.assertEquals(shell.read(dir .. "/three.out"), "c\n")
end

function TestOutput.test_a_task_gets_no_other_descriptor()
  local list = {}
  for i = 1, 4 do list[i] = { "job" .. i, "ls /proc/self/fd" } end
  for _, mode in ipairs { "tag", "group" } do
    local answer = run_jobs({ mode }, list, { "-j2" })
    for fd in answer.out:gmatch("(%d+)\n") do luaunit.assertTrue(tonumber(fd) <= 3, fd) end
  end
end

function TestOutput.test_a_reader_that_goes_away_is_reported_and_the_others_go_on()
  local file = jobs {
    { "loud", "exec yes" }, { "other", "sleep 0.3; echo fine >&2; exit 3" },
  }
  local answer = neap_line("tag -f " .. file, "NEAP | head -1")
  luaunit.assertEquals(answer.out, "loud: y\n")
  luaunit.assertEquals(answer.code, 125)
  shell.assert_contains(answer.err, "neap: the tasks' output is lost: cannot write to stdout")
  shell.assert_contains(answer.err, "other: fine\n")
  luaunit.assertStrMatches(answer.err, ".*\nloud +signal PIPE .*")
  luaunit.assertStrMatches(answer.err, ".*\nother +3 .*")
end

function TestOutput.test_a_stdout_that_is_full_is_reported()
  for _, mode in ipairs { "tag", "group" } do
    local answer = neap_line(mode .. " -- sh -c 'echo a; exit 0'", "NEAP >/dev/full")
    luaunit.assertEquals(answer.code, 125, mode)
    shell.assert_contains(answer.err, "No space left on device")
  end
end

function TestOutput.test_a_collector_that_is_killed_is_reported_and_replaced()
  local fifo = shell.path("last")
  os.execute("mkfifo " .. fifo)
  local file = jobs {
    { "loud", "echo up; while echo x; do sleep 0.01; done" }, { "next", "echo here" },
  }
  local run = shell.start_neap { "run", "--output", "tag", "--max-alive", "1", "-f", file }
  run:await("loud: up\n")
  run:signal("KILL", run:find("neap-output").pid)
  local answer = run:finish()
  luaunit.assertEquals(answer.code, 125)
  shell.assert_contains(answer.out, "next: here\n")
  luaunit.assertStrMatches(answer.err, "neap: the collector of the tasks' output died.*")
  luaunit.assertStrMatches(answer.err, ".*\nloud +signal PIPE .*")
  luaunit.assertStrMatches(answer.err, ".*\nnext +0 .*")
end

function TestOutput.test_what_a_dead_neaps_tasks_write_arrives()
  for _, mode in ipairs { "tag", "group" } do
    local run = shell.start_neap {
      "run", "--output", mode, "--", "sh", "-c",
      "trap 'echo bye; exit' TERM; echo up >&2; " .. LOOP,
    }
    shell.await("its start", 10, function()
      return mode == "tag" and (run:err() or ""):find("up") or run:find("trap")
    end)
    os.execute("sleep 0.1")
    run:signal("KILL")
    run:finish()
    run:assert_gone(5)
    shell.assert_contains(run:out(), "bye\n")
  end
end

-- A reader that holds its end and never reads, and more for it than a pipe takes: each line of two
-- bytes gets a tag.
local function stuck(name)
  local fifo = shell.path(name)
  os.execute("mkfifo " .. fifo)
  local line = 'sleep 1000 <%s & exec "$NEAP" run --output tag -f %s >%s'
  local run = shell.start { "sh", "-c", line:format(fifo, jobs { { "loud", "exec yes" } }, fifo) }
  shell.await("a full pipe", 10, function()
    local job = run:find("yes")
    local io = job and shell.read(("/proc/%d/io"):format(job.pid))
    return io and tonumber(io:match "wchar: (%d+)") > 20000
  end)
  return run
end

function TestOutput.test_two_interrupts_end_it_though_nobody_reads()
  local run = stuck("killed")
  run:signal("INT")
  run:signal("INT")
  shell.await("its end", 10, function() return not shell.process(run.pid) end)
  run:signal("KILL", run:find("sleep 1000").pid)
  local answer = run:finish()
  run:assert_gone(1)
  luaunit.assertEquals(answer.code, 130)
  shell.assert_contains(answer.err, "what nobody has read of the tasks' output is lost")
end

function TestOutput.test_one_interrupt_waits_for_the_reader()
  local run = stuck("waits")
  run:signal("INT")
  shell.await("the end of the job", 10, function() return not run:find("yes") end)
  luaunit.assertNotNil(shell.process(run.pid))
  run:signal("KILL", run:find("sleep 1000").pid) -- now the reader is gone, not slow
  local answer = run:finish()
  run:assert_gone(1)
  luaunit.assertEquals(answer.code, 130)
  shell.assert_contains(answer.err, "the tasks' output is lost")
end

shell.main()
