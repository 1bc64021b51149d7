-- 317_patterns_that_are_none.lua - malformed, too deep, with too many captures
-- expect: OK
-- why:    the search that is made before must end where the stock one raises
-- host:   it stops there, and the stock one raises

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for _, pattern in ipairs { "[a", "%", "a)", "%1", "(%1)", "%f", "%b", "%bx", "[%",
    ("(a)"):rep(40), ("a?"):rep(300), "[]", "[^]", "[a-", "%f[a" } do
    for _, name in ipairs { "find", "match", "gsub" } do
      assert(not pcall(string[name], ("a"):rep(300), pattern, ""), pattern)
    end
    assert(not pcall(string.gmatch(("a"):rep(300), pattern)), pattern)
  end
  return self.quantum // 10
end
return p
