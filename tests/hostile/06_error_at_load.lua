-- 06_error_at_load.lua - a neutral one: P.pick(ready, now).
-- expect: LOAD_ERROR
-- why:    raises while loading
-- host:   refuse at load with traceback

error("cannot start today")
