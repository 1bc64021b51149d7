-- spawn_and_wait.lua - starts two programs, waits for both, says how they ended.
--
-- Run it with `neap examples/spawn_and_wait.lua`, or with plain lua5.4.
local neap = require "neap"

local rt <close> = assert(neap.runtime { policy = "fair" })

local hello = assert(rt:spawn { "echo", "hello from a task" })
local failing = assert(rt:spawn { "sh", "-c", "exit 3", name = "failing" })

-- Waiting for one lets the others run on; one that has ended already may be waited for.
print("failing:", failing:wait())
print("hello:", hello:wait())

-- What cannot be found is refused at once: nil, the reason, the errno.
print(rt:spawn { "no-such-program" })
