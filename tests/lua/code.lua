-- code.lua - how long a program is.
local code = {}

-- Its lines that are neither empty nor only a comment.
function code.lines(path)
  local count = 0
  for line in io.lines(path) do
    if line:find "%S" and not line:find "^%s*%-%-" then count = count + 1 end
  end
  return count
end

return code
