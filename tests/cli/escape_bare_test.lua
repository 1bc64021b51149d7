-- escape_bare_test.lua - the same trees where there is neither cgroup nor counter.
-- ctest timeout: 120
local escaping = require "escaping"
local shell = require "shell"

-- luacheck: globals TestBare
TestBare = {}

escaping.add(TestBare, "stop", "cgroup perf")

shell.main()
