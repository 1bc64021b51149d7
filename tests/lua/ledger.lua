-- ledger.lua - reads what the members of a tree wrote into their ledger: tests/programs/ledger.h.
local ledger = {}

local ENTRY = "<i4i4I8I8c16"

local function start_time(pid)
  local file <close> = io.open(("/proc/%d/stat"):format(pid))
  local fields = file and file:read("a"):match(".*%)(.*)")
  local number = 2
  for field in (fields or ""):gmatch("%S+") do
    number = number + 1
    if number == 22 then return math.tointeger(field) end
  end
end

-- The members that have not left: a list of { pid, started, count, role, slot }.
function ledger.read(path)
  local file <close> = io.open(path, "rb")
  local text, list = file and file:read("a") or "", {}
  local size = string.packsize(ENTRY)
  for at = 1, #text - size + 1, size do
    local pid, _, started, count, role = string.unpack(ENTRY, text, at)
    if pid ~= 0 then
      list[#list + 1] = {
        pid = pid, started = started, count = count, role = role:match("[^\0]*"), slot = at,
      }
    end
  end
  return list
end

-- Those that live, zombies not counted; a number that was used again is nobody of ours.
function ledger.living(path)
  local list = {}
  for _, member in ipairs(ledger.read(path)) do
    local status = io.open(("/proc/%d/status"):format(member.pid))
    local text = status and status:read("a") or ""
    if status then status:close() end
    local state, threads = text:match("State:%s*(%a)"), tonumber(text:match("Threads:%s*(%d+)"))
    local lives = state and (state ~= "Z" and state ~= "X" or threads > 1)
    if lives and start_time(member.pid) == member.started then list[#list + 1] = member end
  end
  return list
end

-- What each slot has counted, whoever has it by now.
local function counts(path)
  local file <close> = io.open(path, "rb")
  local text, list = file and file:read("a") or "", {}
  for at = 1, #text - string.packsize(ENTRY) + 1, string.packsize(ENTRY) do
    local _, _, _, count, role = string.unpack(ENTRY, text, at)
    list[at] = { count = count, role = role:match("[^\0]*") }
  end
  return list
end
ledger.counts = counts

-- The roles that counted between two answers of ledger.counts, and how much each: sorted text
-- for people, and the sum.
function ledger.progress(before, after)
  local list, sum = {}, 0
  for at, now in pairs(after) do
    local more = now.count - (before[at] and before[at].count or 0)
    if more > 0 then
      list[#list + 1] = now.role
      sum = sum + more
    end
  end
  table.sort(list)
  return list, sum
end

return ledger
