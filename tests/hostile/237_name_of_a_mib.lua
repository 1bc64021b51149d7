-- 237_name_of_a_mib.lua - a name of 1 MB
-- expect: LOAD_ERROR
-- why:    the same
-- host:   refuse at load: at most 63 bytes

return { name = ("x"):rep(1000000) }
