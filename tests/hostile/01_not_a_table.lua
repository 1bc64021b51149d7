-- 01_not_a_table.lua - a chunk that returns a number
-- expect: LOAD_ERROR
-- why:    no policy table
-- host:   refuse at load; name the file and the type received; keep the running policy

return 42
