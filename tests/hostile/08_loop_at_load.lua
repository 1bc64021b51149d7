-- 08_loop_at_load.lua - a neutral one: P.pick(ready, now).
-- expect: LOAD_TIMEOUT
-- why:    never returns from the main chunk
-- host:   stop within the load budget; the scheduler never starts with it

while true do end
