-- output_test.lua - where what a task writes goes: the keys of a job.
-- ctest labels: process
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestOutput
TestOutput = {}

local folder = nil

function TestOutput:setUp()
  local pipe <close> = io.popen("mktemp -d")
  folder = pipe:read("l")
  self.rt = assert(neap.runtime { cpus = 1 })
end

function TestOutput:tearDown()
  self.rt:close()
  os.execute("rm -r " .. folder)
end

local function read(name)
  local file <close> = assert(io.open(folder .. "/" .. name, "rb"))
  return file:read("a")
end

function TestOutput:test_descriptors_and_files_replace_the_streams()
  local input <close> = assert(io.open(folder .. "/in", "w+"))
  local out <close> = assert(io.open(folder .. "/out", "w"))
  input:write("hello\n")
  input:seek("set")
  out:write("first ") -- in the buffer of this file still
  assert(self.rt:spawn {
    "sh", "-c", "cat; echo oops >&2", stdin = input, stdout = out, stderr = 1, output = "null",
  })
  out:close()
  self.rt:run()
  luaunit.assertEquals(read("out"), "first hello\n")
end

function TestOutput:test_files()
  assert(self.rt:spawn { "echo", "a", output = "files", output_dir = folder })
  assert(self.rt:spawn { "echo", "b", output = "files", output_dir = folder })
  self.rt:run()
  luaunit.assertEquals(read("echo.out"), "a\n")
  luaunit.assertEquals(read("echo.2.out"), "b\n")
end

function TestOutput:test_one_stream_to_a_file_the_other_collected()
  local out <close> = assert(io.open(folder .. "/out", "w"))
  for _, mode in ipairs { "tag", "group" } do
    assert(self.rt:spawn { "sh", "-c", "echo a", stdout = out, output = mode })
    assert(self.rt:spawn { "sh", "-c", "echo a", stdout = out, stderr = out, output = mode })
  end
  luaunit.assertTrue(self.rt:run())
  luaunit.assertEquals(read("out"), "a\na\na\na\n")
end

function TestOutput:test_what_cannot_be_is_refused()
  local closed = assert(io.open(folder .. "/x", "w"))
  closed:close()
  local rt = self.rt
  for part, job in pairs {
    ['output: "tagged" is not'] = { "true", output = "tagged" },
    ["stdout: the file is closed"] = { "true", stdout = closed },
    ["stdin: \"file\" is not"] = { "true", stdin = "file" },
    ["stderr: -1 is out of range"] = { "true", stderr = -1 },
    ["needs a directory"] = { "true", output = "files" },
  } do
    local ok, problem = pcall(rt.spawn, rt, job)
    luaunit.assertFalse(ok)
    luaunit.assertStrContains(problem, part)
  end
  local task, message, errno = rt:spawn { "true", stdout = 900 }
  luaunit.assertNil(task)
  luaunit.assertEquals(errno, 9)
  luaunit.assertStrContains(message, "descriptor 900")
  task, message, errno = rt:spawn { "true", output = "files", output_dir = "/no/such" }
  luaunit.assertNil(task)
  luaunit.assertEquals(errno, 2)
  luaunit.assertStrContains(message, '"/no/such"')
end

os.exit(luaunit.LuaUnit.run() == 0 and 0 or 1, true)
