-- target.lua - a file that is written: what was there stays until the new one is complete.
--
-- It is opened before anything is done; the text goes to a file beside it, which takes its name in
-- the end.
local target = {}
target.__index = target

-- Devices and pipes are written as they are: only a regular file can be replaced.
local function is_replaceable(path)
  if path:find("^/dev/") or path:find("^/proc/") then return true, false end
  local there, problem = io.open(path, "r+b")
  if not there then return problem:find("No such file", 1, true) ~= nil, true, problem end
  local seekable = there:seek("end") ~= nil
  there:close()
  return true, seekable
end

-- Opens `path` ("-": stdout); or nil and a message. The answer wants to be closed: what was not
-- done by then leaves no file.
function target.open(path)
  if path == "-" then return setmetatable({ path = "stdout", file = io.stdout }, target) end
  local usable, replace, problem = is_replaceable(path)
  if not usable then return nil, "cannot write " .. problem end
  local temp = replace and ("%s.%08x.tmp"):format(path, math.random(0) & 0xffffffff) or path
  local file, why = io.open(temp, "wb")
  if not file then return nil, ("cannot write %s: %s"):format(path, why:sub(#temp + 3)) end
  return setmetatable({ path = path, file = file, temp = replace and temp or nil }, target)
end

-- Adds a piece of text. The first failure is kept.
function target:put(piece)
  if self.problem then return end
  local ok, problem = self.file:write(piece)
  if not ok then self.problem = problem end
end

-- All is written. Returns true, or nil and a message.
function target:done()
  local ok, problem = not self.problem, self.problem
  if ok then ok, problem = self.file:flush() end
  if ok and self.temp then ok, problem = os.rename(self.temp, self.path) end
  if not ok then return nil, ("cannot write %s: %s"):format(self.path, problem) end
  self.temp = nil
  return true
end

function target:close()
  if self.file ~= io.stdout then self.file:close() end
  if self.temp then os.remove(self.temp) end
end

target.__close = target.close

return target
