-- .luacheckrc - what luacheck asks of every Lua file: Lua 5.4, no globals.
std = "lua54"
max_line_length = 100
self = false -- a hook need not use its policy
exclude_files = { "build*", "tests/hostile" }
