-- policy_abi_test.lua - what a plug-in is compiled with changes together with its number.
local abi = require "policy_abi"
local check = require "check"
local luaunit = require "luaunit"

-- luacheck: globals TestAbi
TestAbi = {}

local same = luaunit.assertEquals

local WHAT_TO_DO = [[
policy.h, task.h or plugin.h says other things to a compiler than NEAP_POLICY_ABI %s stands for.
  was: %s
  is:  %s
A plug-in of before would be loaded now, and one of now by a neap of before. Unless that goes well
(an inline function comes to the same by another way), or no release has had this number
(CHANGELOG.md), add one to NEAP_POLICY_ABI in policy.h. In any case then:
  lua5.4 tests/lua/policy_abi.lua >]] .. abi.FILE

function TestAbi.test_what_the_headers_say_is_what_their_number_stands_for()
  local number, is = abi.now()
  local was = abi.committed()
  if is == was then return end
  luaunit.fail(WHAT_TO_DO:format(number, abi.difference(was, is)))
end

function TestAbi.test_comments_and_shape_are_no_part_of_it()
  local text = "/* a\n b */ int  f ( int *a ,\n  int b ) ; // c\n#define  X  1 \\\n + 2\nint g ;"
  same(abi.normal(text), "int f(int*a,\nint b);\n#define X 1 + 2\nint g;\n")
end

function TestAbi.test_every_kind_of_change_is_noticed()
  for _, change in ipairs {
    { "task.h", "uint16_t weight;", "uint32_t weight;" },
    { "task.h", "*next, *prev;", "*prev, *next;" },
    { "task.h", "preemptions : 48", "preemptions : 40" },
    { "task.h", "NEAP_WEIGHT_MAX 10000", "NEAP_WEIGHT_MAX 20000" },
    { "policy.h", "    NEAP_EXPIRED,", "" },
    { "policy.h", "(*pick)(neap_ctx *c, int cpu)", "(*pick)(neap_ctx *c)" },
    { "policy.h", "    int cpus;", "    int cpus, more;" },
    { "policy.h", "q->first = t;", "q->last = t;" },
    { "plugin.h", "    void (*log)", "    int (*log)" },
  } do
    local text = abi.read(change[1])
    local first, last = text:find(change[2], 1, true)
    luaunit.assertNotNil(first, change[2])
    local changed = text:sub(1, first - 1) .. change[3] .. text:sub(last + 1)
    luaunit.assertFalse(abi.normal(changed) == abi.normal(text), change[2])
  end
end

function TestAbi.test_the_first_line_that_differs_is_told()
  same({ abi.difference("a\nb\nc", "a\nx\nc") }, { "b", "x" })
  same({ abi.difference("a", "a\nb") }, { "(nothing)", "b" })
end

check.main()
