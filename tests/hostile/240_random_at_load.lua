-- 240_random_at_load.lua - draws at load
-- expect: LOAD_ERROR
-- why:    there is no seed yet: two runs would differ
-- host:   refuse; in hooks it draws from the runtime's generator

return { name = "hostile", turn = math.random(10) }
