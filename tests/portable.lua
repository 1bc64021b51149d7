-- portable.lua - a portable build calls what POSIX has, and reads nothing of /proc:
-- portable.lua NM OBJECT...
--
-- What libev calls is its own affair: it is in another library.
local nm = assert(arg[1], "the program nm")

local LINUX = {}
for name in ([[accept4 capget clone clone3 close_range dup3 epoll_create epoll_create1 epoll_ctl
  epoll_pwait epoll_wait eventfd fanotify_init getdents64 getgrouplist gettid inotify_init1
  memfd_create mlockall perf_event_open pidfd_open pipe2 ppoll prctl prlimit prlimit64
  process_vm_readv sched_getaffinity sched_setaffinity setgroups setresgid setresuid signalfd
  splice syscall timerfd_create timerfd_settime unshare wait4]]):gmatch("%S+") do
  LINUX[name] = true
end

local complaints, objects = {}, 0

local function complain(...)
  complaints[#complaints + 1] = string.format(...)
end

local paths = {}
for i = 2, #arg do paths[#paths + 1] = "'" .. arg[i] .. "'" end
do
  local pipe <close> = assert(io.popen(("%s -A -u %s"):format(nm, table.concat(paths, " "))))
  for line in pipe:lines() do
    local path, name = line:match("^(.*):%s*U ([%w_]+)")
    if LINUX[name] then complain("%s calls %s()", path, name) end
  end
end

for i = 2, #arg do
  local path = arg[i]
  local file <close> = assert(io.open(path, "rb"))
  local bytes = file:read("a")
  for _, place in ipairs { "/proc/", "/sys/" } do
    if not path:find("embedded%.c") and bytes:find(place, 1, true) then
      complain("%s names %s", path, place)
    end
  end
  objects = objects + 1
end

for _, complaint in ipairs(complaints) do print(complaint) end
print(("%d objects, %d complaints"):format(objects, #complaints))
os.exit(objects > 0 and #complaints == 0)
