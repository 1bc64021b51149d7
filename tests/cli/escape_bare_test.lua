-- escape_bare_test.lua - the same trees where there is neither cgroup nor counter.
-- ctest timeout: 120
local escaping = require "escaping"
local shell = require "shell"

-- luacheck: globals TestBare
TestBare = {}

escaping.add(TestBare, nil, "stop", "cgroup perf")
escaping.add(TestBare, { daemon = true, clean = true, hop = true, comet = true, all = true },
  "stop", "cgroup")

shell.main()
