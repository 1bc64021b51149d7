-- types_test.lua - lua/types says all that neap has, and no more; docs/LUA_API.md says the same.
local api = dofile "docs/api.lua"
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestTypes TestKeys TestHooks
TestTypes, TestKeys, TestHooks = {}, {}, {}

local page = api.parse(api.FILES)
local same = luaunit.assertEquals

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function set(list)
  local names = {}
  for _, name in ipairs(list) do names[name] = true end
  return names
end

-- The names of a class's fields or functions, those of its parents (but `no`) included.
local function documented(class, what, no)
  local names = {}
  while class do
    for _, entry in ipairs(class[what]) do
      if entry.name:sub(1, 1) ~= "[" then names[entry.name] = true end
    end
    class = class.parent ~= no and page[class.parent]
  end
  return names
end

local function compare(what, there, said)
  local problems = {}
  for name in pairs(there) do
    if not said[name] then
      problems[#problems + 1] = ("%s %s is not in lua/types"):format(what, name)
    end
  end
  for name in pairs(said) do
    if not there[name] then
      problems[#problems + 1] = ("%s %s is in lua/types, and nowhere else"):format(what, name)
    end
  end
  table.sort(problems)
  luaunit.assertEquals(#problems, 0, table.concat(problems, "\n"))
end

-- The keys of `t` whose values have this type, or are of another one (`but`).
local function keys(t, kind, but)
  local names = {}
  for key, value in pairs(t) do
    if (type(value) == kind) ~= (but == true) then names[key] = true end
  end
  return names
end

local function compare_class(name, t, fields_are)
  local class = page[name]
  compare(name .. ":", keys(t, "function"), documented(class, "functions"))
  compare(name .. ".", fields_are and keys(t, fields_are) or keys(t, "function", true),
    documented(class, "fields"))
end

-- The strings of the C array, or the macro, that begins with `head` in a source.
local function strings_of(path, head)
  local text = read(path)
  local _, last = text:find(head, 1, true)
  luaunit.assertNotNil(last, ("%s has no %q"):format(path, head))
  local names = {}
  for name in text:match("[^;#]*", last + 1):gmatch('"([%w_]+)"') do names[name] = true end
  luaunit.assertNotNil(next(names), head)
  return names
end

-- What a table of the C side's __index knows by name.
local function upvalue(object, n)
  return select(2, debug.getupvalue(debug.getmetatable(object).__index, n))
end

function TestTypes.test_the_page_is_fresh()
  luaunit.assertTrue(read "docs/LUA_API.md" == api.text(page),
    "docs/LUA_API.md is old: lua5.4 docs/api.lua >docs/LUA_API.md")
end

function TestTypes.test_every_entry_says_where_it_may_be_called_what_raises_and_what_is_nil()
  for _, class in ipairs(page.classes) do
    local wanted = class.name == "neap.policy" and { "Answer", "Default" }
      or { "In a hook", "Raises", "Returns nil" }
    for _, f in ipairs(class.functions) do
      luaunit.assertNotEquals(f.doc, "", f.call)
      for _, part in ipairs(wanted) do
        luaunit.assertNotNil(f.said[part], ("%s does not say %q"):format(f.call, part .. ": "))
      end
    end
  end
end

function TestTypes.test_who_may_return_nil_has_a_type_that_says_so_and_gives_the_reason()
  for _, class in ipairs(page.classes) do
    for _, f in ipairs(class.functions) do
      local first, says = f.returns[1], f.said["Returns nil"]
      local is_function = first and first.type:find "^fun%(" -- its own results are no matter here
      local may = first ~= nil and not is_function and first.type:find "%?$" ~= nil
      if says then same(may, says:find "^never" == nil, f.call) end
      if f.returns[2] and f.returns[2].type == "string?" and says then
        same(f.returns[3].type, "integer?", f.call)
      end
    end
  end
end

function TestTypes.test_the_module()
  compare_class("neap", neap)
end

function TestTypes.test_runtimes_tasks_timers_and_queues()
  local rt <close> = check.runtime()
  compare_class("neap.runtime", upvalue(rt, 1))
  compare_class("neap.task", upvalue(rt:task {}, 1))
  compare_class("neap.timer", debug.getmetatable(rt:after(1, print)).__index)
  local live <close> = assert(neap.runtime())
  local shell <close> = assert(io.popen "echo $$; read -r _")
  local child = assert(live:on_child(shell:read "n", print))
  compare_class("neap.child", debug.getmetatable(child).__index)
  child:cancel()
  compare_class("neap.coroutine", upvalue(rt:go(print), 1), "number")
  compare_class("neap.fifo", debug.getmetatable(neap.fifo()).__index)
  compare_class("neap.heap", debug.getmetatable(neap.heap()).__index)
end

function TestTypes.test_self_and_its_base()
  local of_self, of_base
  local rt <close> = check.under(neap.policy { name = "p", base = "rr", slice = function(self)
    of_self, of_base = upvalue(self, 2), self.base
    return self.quantum
  end }, 1)
  rt:run(1)
  compare_class("neap.base", of_base)
  of_self.base = 1 -- the only field that is not looked up
  compare_class("neap.self", of_self, "number")
end

-- Of the fields of a record, those that are nil in it need not be there.
local function compare_record(name, record)
  local said = documented(page[name], "fields")
  local class = page[name]
  while class do
    for _, field in ipairs(class.fields) do
      if field.type:find "%?$" and record[field.name] == nil then said[field.name] = nil end
    end
    class = page[class.parent]
  end
  compare(name .. ".", keys(record, "nil", true), said)
end

function TestTypes.test_what_is_counted_and_told()
  local rt <close> = check.runtime { profile = true, policy = "sjf" }
  local task = rt:task {}
  rt:run(neap.s)
  compare_record("neap.stats", rt:stats())
  compare_record("neap.task.stats", task:stats())
  compare_record("neap.profile", rt:profile().key)
  compare_record("neap.policy.about", neap.policies()[1])
  local about = neap.describe "eager"
  local said = documented(page["neap.policy.description"], "fields")
  said.alias = nil
  compare("neap.policy.description.", keys(about, "nil", true), said)
  compare_record("neap.policy.param", about.params[1])
end

function TestTypes.test_reports_of_simulations()
  local work = { { work = { "1ms", "1ms", "1ms" }, count = 3, deadline = "1s" } }
  local report = neap.simulate { workload = work, policy = "rr", tasks = true, timeline = 1,
    profile = true }
  for _, key in ipairs { "longest_waiter", "lagging", "timeline_to_ns" } do
    luaunit.assertNotNil(report[key], key)
  end
  compare_record("neap.simulation.report", report)
  compare_record("neap.sim.times", report.wait)
  compare_record("neap.sim.ratios", report.slowdown)
  compare_record("neap.sim.row", report.rows[1])
  compare_record("neap.sim.segment", report.timeline[1])
  local methods = getmetatable(require("neap.generator").new(1)).__index
  compare("neap.workload:", keys(methods, "function"),
    documented(page["neap.workload"], "functions"))
end

function TestTypes.test_facts_what_rescue_finds_and_reports()
  local function fields_of(path, head, stop)
    local text = read(path)
    local first = assert(text:find(head, 1, true), head)
    local names = {}
    local body = text:sub(first, (text:find(stop, first, true)))
    for name in body:gmatch('set[%w_]*%(L, [^"%)]*"([%w_]+)"') do names[name] = true end
    return names
  end
  local function compare_fields(name, ...)
    compare(name .. ".", fields_of(...), documented(page[name], "fields"))
  end
  compare_fields("neap.fact", "lua/facts.c", "static void push_fact(", "\n}")
  compare_fields("neap.facts", "lua/facts.c", "int neap_facts_lua(", "\n}")
  compare_fields("neap.rescue.left", "lua/rescue.c", "static void add(", "\n}")
  compare_fields("neap.report", "lua/events.c", "void neap_events_push_report(", "\n}")
end

-- Keys of tables that are given.

function TestKeys.test_options_of_a_runtime()
  local said = documented(page["neap.runtime.options"], "fields")
  compare("the option", strings_of("lua/runtime.c", "option_keys[] = {"), said)
  for name in pairs(said) do
    local _, message = pcall(neap.runtime, { [name] = print })
    luaunit.assertNotStrContains(tostring(message), "unknown runtime option")
  end
  check.raises('unknown runtime option "quantun" (did you mean "quantum"?)', neap.runtime,
    { quantun = 1 })
end

function TestKeys.test_the_words_of_options()
  for _, field in ipairs(page["neap.runtime.options"].fields) do
    local words = field.type:match '^("[%w"|]+)%?$'
    if words then
      local _, message = pcall(neap.runtime, { [field.name] = "?" })
      local known = message:match(' is not (.*)')
      same(words:gsub("|", " "), known:gsub(",", ""):gsub(" or", ""), field.name)
    end
  end
end

function TestKeys.test_the_words_that_are_told()
  local sources = {
    ["neap.state"] = { "runtime/core/text.c", "neap_state_name(neap_state state)\n{" },
    ["neap.how"] = { "runtime/core/text.c", "neap_how_name(neap_how how)\n{" },
    ["neap.why"] = { "runtime/core/text.c", "neap_why_name(neap_why why)\n{" },
    ["neap.what"] = { "lua/call.c", "*what_word(int i)\n{" },
    ["neap.reason"] = { "lua/call.c", "*reason_word(int i)\n{" },
  }
  for _, alias in ipairs(page.aliases) do
    local source, said = sources[alias.name], {}
    for word in alias.type:gmatch '"(%w+)"' do said[word] = true end
    if next(said) then compare(alias.name, strings_of(source[1], source[2]), said) end
    sources[alias.name] = nil
  end
  luaunit.assertNil(next(sources))
end

function TestKeys.test_keys_of_tasks_and_jobs()
  local spec = documented(page["neap.spec"], "fields")
  compare("the key", strings_of("lua/jobs.c", "#define SPEC_KEYS"), spec)
  local job = strings_of("lua/jobs.c", "job_keys[] = {")
  for name in pairs(set(neap.limits)) do job[name] = true end
  compare("the key of jobs", job, documented(page["neap.job"], "fields", "neap.spec"))
  local rt <close> = check.runtime()
  for name in pairs(documented(page["neap.job"], "fields")) do
    local _, message = pcall(rt.spawn, rt, { "true", [name] = print })
    luaunit.assertNotStrContains(tostring(message), "unknown job key")
  end
  check.raises('unknown job key "memroy" (did you mean "memory"?)', rt.spawn, rt, { memroy = 1 })
  check.raises('unknown task key "stdin"', rt.task, rt, { stdin = 1 })
end

function TestKeys.test_what_rescue_is_given()
  compare("the key", strings_of("lua/rescue.c", "keys[] = {"),
    documented(page["neap.rescue.options"], "fields"))
end

-- Hooks.

local function pick(names, key)
  local list = {}
  for name in pairs(names) do list[#list + 1] = name ~= key and name or nil end
  table.sort(list)
  return list
end

function TestHooks.test_the_hooks_and_the_declarations()
  local said = documented(page["neap.policy"], "functions", "neap.self")
  compare("the hook", strings_of("lua/call.c", "neap_hook_names[] = {"), said)
  compare("the declaration", strings_of("lua/declare.c", "declarations[] = {"),
    documented(page["neap.policy.definition"], "fields"))
  local text = 'local p = { name = "p" }\n'
  for _, name in ipairs(pick(said, "key")) do text = text .. "function p." .. name .. "() end\n" end
  local path = os.tmpname()
  local file = assert(io.open(path .. ".lua", "w"))
  file:write(text .. "return p"):close()
  local about, problem = neap.describe(path .. ".lua")
  os.remove(path)
  os.remove(path .. ".lua")
  table.sort(assert(about, problem).hooks)
  same(about.hooks, pick(said, "key"))
  check.failed(71, 'unknown hook "enqeue" (did you mean "enqueue"?)', neap.runtime {
    policy = { name = "p", enqeue = print } })
end

-- What a policy file sees, as words of an error: it has no other way to say it.
local function seen_by_a_policy_file(expression)
  local path = os.tmpname()
  local file = assert(io.open(path .. ".lua", "w"))
  file:write(("local words = {}\nfor key in pairs(%s) do words[#words + 1] = key end\n"
    .. "error(table.concat(words, ' '), 0)"):format(expression)):close()
  local about, message = neap.describe(path .. ".lua")
  os.remove(path)
  os.remove(path .. ".lua")
  luaunit.assertNil(about)
  local names = {}
  for word in message:match(": (.*)"):gmatch("%S+") do names[word] = true end
  return names
end

function TestHooks.test_a_policy_file_has_what_is_marked_so()
  local marked = {}
  for _, field in ipairs(page.neap.fields) do
    if field.about:find("[policy]", 1, true) then marked[field.name] = true end
  end
  for _, f in ipairs(page.neap.functions) do
    if f.doc:find("[policy]", 1, true) then marked[f.name] = true end
  end
  compare("in a policy file", seen_by_a_policy_file 'require "neap"', marked)
end

-- Arguments with which the methods would work elsewhere; others are called without.
local ARGUMENTS = {
  spawn = { { "true" } }, attach = { 1 }, task = { {} }, after = { 1, print },
  every = { neap.s, print }, on_child = { 2, print }, on = { "exit", print },
  off = { "exit", print }, on_signal = { "USR2", print }, set_policy = { "rr" },
  set_quantum = { neap.ms }, set_cpus = { 1 }, current = { 0 }, find = { 1 },
  set_priority = { 1 }, set_weight = { 1 }, signal = { "CONT" }, may_use = { 0 },
}

-- What the entry says of hooks is so: `object` is used in the hook that calls this.
local function try_all(class, object, arguments, problems)
  for _, f in ipairs(page[class].functions) do
    local ok, message = pcall(object[f.name], object,
      table.unpack(arguments[f.name] or ARGUMENTS[f.name] or {}))
    local may = f.said["In a hook"]:find "^yes" ~= nil
    local refused = not ok and tostring(message):find("not inside a policy hook", 1, true) ~= nil
    if may ~= ok or may == refused then
      problems[#problems + 1] = ("%s: %s"):format(f.call, tostring(message))
    end
  end
end

function TestHooks.test_what_may_be_called_in_a_hook_can_be_and_what_may_not_raises()
  local rt, timer, tried
  local problems = {}
  local p = neap.policy { name = "p", slice = function(self, task)
    if not tried then
      tried = true
      local fifo, heap = neap.fifo(), neap.heap()
      try_all("neap.runtime", rt, { cancel = { timer } }, problems)
      try_all("neap.task", task, {}, problems)
      try_all("neap.timer", timer, { rearm = { 1 } }, problems)
      try_all("neap.fifo", fifo, { push = { task }, remove = { task }, has = { task },
        push_front = { rt:find(2) } }, problems)
      for other in fifo:each() do fifo:remove(other) end
      heap:push(task, 1)
      heap:push(rt:find(2), 2)
      try_all("neap.heap", heap, { push = { rt:find(3), 1 },
        push_front = { rt:find(4), 1 }, remove = { task }, has = { task },
        pop = { 0 }, key = { rt:find(2) }, update = { rt:find(2), 3 } }, problems)
      try_all("neap.self", self, { random = { 6 }, log = { "x" }, count = { "x" }, on_cpu = { 0 },
        timer = { 1, 1 }, cancel_timer = { 1 }, resched = { 0 } }, problems)
    end
    return neap.forever
  end }
  rt = check.under(p, 4)
  timer = rt:after(neap.hour, print)
  rt:run(1)
  same({ tried, table.concat(problems, "\n") }, { true, "" })
  rt:close()
end

function TestHooks.test_fields_that_can_be_set_are_those_that_say_so()
  local rt <close> = check.runtime()
  local task = rt:task {}
  local values = { name = "x", data = 1, affinity = { 0 } }
  for _, field in ipairs(page["neap.task"].fields) do
    local can = pcall(function() task[field.name] = values[field.name] or 1 end)
    same(can, field.about:find("can be set", 1, true) ~= nil, field.name)
  end
end

check.main()
