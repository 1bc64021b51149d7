-- output.lua - `--output MODE`: where what the jobs of a run write goes.
local options = require "neap.options"

local output = {}

local MODES = { inherit = true, tag = true, group = true, files = true, null = true }

function output.configure(parser)
  parser:option("--output", "Where the jobs' output goes: inherit (as it comes), tag (lines with "
    .. "the job's name), group (whole jobs, as they end), files DIR (NAME.out and NAME.err), null.")
    :argname({ "MODE", "DIR" }):args("1-2")
end

-- Can files be made there? Asked before anything runs.
local function check_directory(dir)
  local path = dir .. "/.neap-output"
  local file, problem = io.open(path, "a")
  if not file then
    options.refuse(2, '--output files: cannot write to "%s": %s', dir, problem:sub(#path + 3))
  end
  file:close()
  os.remove(path)
end

-- The mode and the directory that the options say, checked.
local function read_options(given)
  local mode, dir = table.unpack(given.output or {})
  if not mode then return nil end
  if not MODES[mode] then
    options.misuse("run", '--output: "%s" is not inherit, tag, group, files or null', mode)
  end
  if mode == "files" and not dir then
    options.misuse("run", "--output files needs a directory: --output files DIR")
  end
  if mode ~= "files" and dir then
    options.misuse("run", 'unexpected "%s": --output %s takes no directory', dir, mode)
  end
  if dir then check_directory(dir) end
  return mode, dir
end

-- Gives the mode to all jobs that have none of their own.
function output.apply(given, list)
  local mode, dir = read_options(given)
  for i, job in ipairs(list) do
    if mode and not job.output then job.output, job.output_dir = mode, dir end
    if job.output == "files" then
      job.output_dir = job.output_dir or dir
      if not job.output_dir then
        options.refuse(2, 'job %d: output = "files" needs output_dir, or --output files DIR', i)
      end
    end
  end
end

return output
