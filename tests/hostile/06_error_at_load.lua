-- 06_error_at_load.lua - a neutral one: P.pick(ready, now).
-- expect: LOAD_ERROR
-- why:    raises while loading
-- host:   refuse at load; name the file and the line; the running policy stays

error("cannot start today")
