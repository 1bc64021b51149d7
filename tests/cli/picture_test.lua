-- picture_test.lua - `neap sim --gantt --svg --html`: what goes where, and what is refused.
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestPicture
TestPicture = {}

local same = luaunit.assertEquals
local SRTF = "examples/workloads/textbook/srtf.lua"

local function sim(env, ...)
  local answer = shell.run { os.getenv "NEAP", "sim", env = env, ... }
  same(answer.code, 0, answer.err)
  return answer
end

local function refused(message, ...)
  local answer = shell.neap { "sim", ... }
  same(answer.code, 2, answer.err)
  same(answer.out, "")
  shell.assert_contains(answer.err, message)
end

function TestPicture.test_the_chart_comes_before_the_table_in_the_letters_of_the_locale()
  local plain = sim({ "LC_ALL=C" }, "-p", "srtf", "--gantt", SRTF).out
  shell.assert_contains(plain, "P1 #---------#######\n")
  shell.assert_contains(plain, "1 quantum\n\n ")
  shell.assert_contains(plain, "turnaround, mean")
  local unicode = sim({ "LC_ALL=C.UTF-8", "TERM=xterm" }, "-p", "srtf", "--gantt", SRTF).out
  shell.assert_contains(unicode, "P1 █─────────███████\n")
  luaunit.assertNotStrContains(unicode, "\27")
end

function TestPicture.test_the_width_is_that_of_COLUMNS_where_there_is_no_terminal()
  local out = sim({ "LC_ALL=C", "COLUMNS=50" }, "--gantt", "examples/workloads/mixed.lua").out
  for line in out:match("^(.-)\n\n"):gmatch "[^\n]+" do luaunit.assertTrue(#line <= 50, line) end
end

function TestPicture.test_files_are_written_beside_any_output()
  local svg, html = shell.path "a.svg", shell.path "a.html"
  local answer = sim({}, "-p", "rr", "-p", "fifo", "--json", "--svg", svg, "--html", html, SRTF)
  luaunit.assertStrMatches(shell.read(svg), "<svg xmlns=.*</svg>\n")
  luaunit.assertStrMatches(shell.read(html), "<!doctype html>.*</html>\n")
  local run = cjson.decode(answer.out).runs[1]
  same({ run.rows, run.timeline }, {}) -- as without pictures
  same(run.given.policy, "rr")
end

function TestPicture.test_the_report_of_a_drawn_run_is_that_of_any_other()
  local options = { "-p", "fair", "--json", "--tasks", "examples/workloads/mixed.lua" }
  local plain = sim({}, table.unpack(options)).out
  same(sim({}, "--svg", shell.path "b.svg", table.unpack(options)).out, plain)
end

function TestPicture.test_a_recorded_run_is_drawn_likewise_or_a_part_of_it()
  local record, html = shell.path "run.rec", shell.path "r.html"
  same(shell.neap({ "run", "-q", "10ms", "--quiet", "--record", record, "-j1", "--", "sh", "-c",
    "sleep 0.2; i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done" }).code, 0)
  local function trace(...)
    local answer = shell.run { os.getenv "NEAP", "trace", env = { "LC_ALL=C" }, ... }
    same(answer.code, 0, answer.err)
    return answer.out
  end
  luaunit.assertStrMatches(trace("--gantt", record), "fair\nsh [ +.#-]+\n.*")
  luaunit.assertStrMatches(trace("--gantt", "--from", "50ms", "--to", "100ms", record),
    "fair\nsh [ .#+-]+\n.*")
  trace("--html", html, "--svg", shell.path "r.svg", record)
  luaunit.assertStrMatches(shell.read(html), "<!doctype html>.*</html>\n")
  for _, wrong in ipairs { { "--gantt", "--json" }, { "--html", record }, { "--gantt", "--raw" },
    { "--gantt", "--cpu", "0" }, { "--gantt", "--task", "nobody" } } do
    same(shell.neap({ "trace", record, table.unpack(wrong) }).code, 2)
  end
end

function TestPicture.test_what_makes_no_sense_is_refused()
  refused("--gantt writes to where --json does", "--gantt", "--json", SRTF)
  refused("--gantt writes to where --csv does", "--gantt", "--csv", SRTF)
  refused("--svg and --html need files of their own", "--svg", "x", "--html", "x", SRTF)
  refused("a sweep has no picture", "--gantt", "--sweep", "quantum=1ms,2ms", SRTF)
  refused("cannot write /nonexistent/a.svg: No such file or directory", "--svg",
    "/nonexistent/a.svg", SRTF)
  refused("cannot write /tmp: Is a directory", "--html", "/tmp", SRTF)
  refused("cannot write /dev/full: No space left on device", "--html", "/dev/full", SRTF)
end

shell.main()
