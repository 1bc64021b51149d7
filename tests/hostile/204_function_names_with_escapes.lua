-- 204_function_names_with_escapes.lua - a function whose name is 64 KiB of escapes
-- expect: ERROR
-- why:    names stand in tracebacks
-- host:   the traceback is cut and made visible as the message is

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
local name = ("\27]0;x\7"):rep(10000)
_G[name] = function() error "from a strange place" end
function p:slice() return 1 + _G[name]() end
return p
