-- 08_loop_at_load.lua - a neutral one: P.pick(ready, now).
-- expect: LOAD_TIMEOUT
-- why:    never returns from the main chunk
-- host:   stopped after 100 ms of CPU time; the running policy stays

while true do end
