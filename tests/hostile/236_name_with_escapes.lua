-- 236_name_with_escapes.lua - a name that clears the screen
-- expect: LOAD_ERROR
-- why:    names stand in reports, tables and terminals
-- host:   refuse at load: no control characters

return { name = "\27[2J" }
