-- 239_loop_at_load_in_pcall.lua - never returns from its main chunk, and catches errors
-- expect: LOAD_TIMEOUT
-- why:    as in a hook
-- host:   as in a hook

while true do pcall(function() while true do end end) end
