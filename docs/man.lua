-- man.lua - writes the manual pages into a folder: neap docs/man.lua FOLDER
--
-- neap(1), one page for each verb, neap-policy(7), neap.h(3). What the verbs take is from their
-- own tables, what there is to say from the pages in docs/ and the headers.
local c_api = dofile "docs/c_api.lua"
local neap = require "neap"
local roff = dofile "docs/roff.lua"
local verbs = dofile "docs/verbs.lua"

local folder = assert(arg[1], "usage: neap docs/man.lua FOLDER")
local CLI = verbs.read "docs/CLI.md" .. "\n## "
local all = verbs.list()

-- A part of docs/CLI.md, from its heading to the next of that rank.
local function part_of_cli(heading)
  local escaped = heading:gsub("%p", "%%%0")
  return CLI:match("\n## " .. escaped .. "[^\n]*\n(.-)\n## ")
end

local function section(name, text) return ".SH " .. name .. "\n" .. text end

-- The pages with names, in pairs of name and section.
local function see_also(names)
  local list = {}
  for i, name in ipairs(names) do list[i] = ".BR " .. roff.literal(name[1]) .. " (" .. name[2] end
  return section("SEE ALSO", table.concat(list, "),\n") .. ")\n")
end

local function head(name, number, clause)
  return roff.title(name, number, neap.version)
    .. section("NAME", roff.literal(name) .. " \\- " .. roff.text(clause) .. "\n")
end

-- A verb's usage, a line for each way.
local function synopsis(usage)
  local lines = {}
  for line in (usage .. "\n"):gmatch "%s*(.-)\n" do
    lines[#lines + 1] = roff.literal(line):gsub("^(neap %l+)", "\\fB%1\\fR")
  end
  return section("SYNOPSIS", ".nf\n" .. table.concat(lines, "\n") .. "\n.fi\n")
end

local function options_text(verb)
  local out = {}
  for i, option in ipairs(verb.options) do
    local names = {}
    for k, name in ipairs(option.names) do names[k] = roff.bold(name) end
    local argument = option.argument and " \\fI" .. roff.literal(option.argument) .. "\\fR" or ""
    out[i] = (".TP\n%s%s\n%s\n"):format(table.concat(names, ", "), argument,
      roff.text(option.about))
  end
  return section("OPTIONS", table.concat(out))
end

-- What stands below a verb's help: examples, which are indented, and notes, which are left out
-- where there are details.
local function epilog_text(epilog, has_details)
  local notes, examples = {}, ""
  for paragraph in (epilog .. "\n\n"):gmatch "(.-)\n\n+" do
    local shown = paragraph:match "^examples?:\n(.*)$"
    if shown then
      local block = roff.block((("\n" .. shown):gsub("\n  ", "\n"):sub(2)))
      examples = section("EXAMPLES", (block:gsub("^%.PP\n", "")))
    elseif paragraph ~= "" then
      notes[#notes + 1] = roff.text(paragraph)
    end
  end
  if #notes == 0 or has_details then return examples end
  return section("NOTES", table.concat(notes, "\n.PP\n") .. "\n") .. examples
end

-- Its options are a section of their own.
local function is_option_table(part)
  return part.kind == "table" and part[1]:find "^| option " ~= nil
end

-- What docs/CLI.md says of a verb; of `run` it says it in several parts.
local function told(verb)
  if verb.name ~= "run" then
    local text = part_of_cli("neap " .. verb.name)
    return text and section("DETAILS", roff.from_markdown(text, is_option_table)
      :gsub("^%.PP\n", "")) or ""
  end
  local out = {}
  for i, heading in ipairs { "Job files", "Streams", "Signals", "Exit codes", "The figures" } do
    out[i] = roff.from_markdown("## " .. heading .. "\n\n" .. assert(part_of_cli(heading), heading))
  end
  return table.concat(out)
end

local function others(but)
  local list = { { "neap", 1 } }
  for _, verb in ipairs(all) do
    if verb.name ~= but then list[#list + 1] = { "neap-" .. verb.name, 1 } end
  end
  list[#list + 1] = { "neap-policy", 7 }
  return see_also(list)
end

local function write_verb(verb)
  local name = "neap-" .. verb.name
  local clause = verbs.short(verb.summary):gsub("^%u", string.lower)
  local details = told(verb)
  verbs.write(("%s/%s.1"):format(folder, name), head(name, 1, clause) .. synopsis(verb.usage)
    .. section("DESCRIPTION", roff.text(verb.description or verb.summary) .. "\n")
    .. options_text(verb) .. details .. epilog_text(verb.epilog or "", details ~= "")
    .. others(verb.name))
end

local function write_neap()
  local list, seen = {}, {}
  for i, verb in ipairs(all) do
    list[i] = (".TP\n.BR neap\\-%s (1)\n%s\n"):format(verb.name, roff.text(verb.summary))
    seen[i] = { "neap-" .. verb.name, 1 }
  end
  table.insert(seen, { "neap.h", 3 })
  table.insert(seen, { "neap-policy", 7 })
  local what = verbs.read "README.md":match "\n## What it does\n\n(.-)\n## "
  local clause = "schedules processes by policies that you can write"
  verbs.write(folder .. "/neap.1", head("neap", 1, clause)
    .. synopsis "neap VERB [OPTIONS]\nneap SCRIPT.lua [ARGS]"
    .. section("DESCRIPTION", (roff.from_markdown(what):gsub("^%.PP\n", "")))
    .. section("VERBS", table.concat(list))
    .. section("SCRIPTS", (roff.from_markdown(part_of_cli "neap SCRIPT.lua"):gsub("^%.PP\n", "")))
    .. section("ENVIRONMENT", (roff.from_markdown(part_of_cli "The environment")
      :gsub("^%.PP\n", ""))) .. see_also(seen))
end

local function write_policy()
  local page = verbs.read "docs/POLICIES.md"
  local bundled = verbs.read "policies/README.md":match "\n\n(| policy .-)\n\n"
  verbs.write(folder .. "/neap-policy.7", head("neap-policy", 7, "how to write a policy of neap")
    .. section("DESCRIPTION", "")
    .. roff.from_markdown(page):gsub("^%.PP\n", "")
    .. section("THE BUNDLED POLICIES", roff.from_markdown(bundled))
    .. see_also { { "neap", 1 }, { "neap-policy", 1 }, { "neap-sim", 1 }, { "neap.h", 3 } })
end

local function first_sentence(text)
  local words = text:gsub("%s*%[hook[^%]]*%]", ""):gsub("%s+", " ")
  return words:match "^(.-%.) %u" or words
end

local function functions_text(header)
  local out = {}
  for _, part in ipairs(header) do
    for _, f in ipairs(part.functions or {}) do
      local own = f.own or f.after or f.shared
      out[#out + 1] = (".TP\n%s\n%s\n"):format(roff.bold(f.name .. "()"),
        roff.text(first_sentence(own)))
    end
  end
  return table.concat(out)
end

local function write_header()
  local page, out = c_api.parse(c_api.read), {}
  for _, header in ipairs(page) do
    local list = functions_text(header)
    out[#out + 1] = (".SS <neap/%s>\n%s\n%s"):format(header.name, roff.text(header.clause), list)
  end
  verbs.write(folder .. "/neap.h.3", head("neap.h", 3, "the scheduling runtime neap, in C")
    .. section("SYNOPSIS", ".nf\n" .. roff.bold "#include <neap/neap.h>" .. "\n.fi\n.PP\n"
      .. "Link with \\fB\\-lneap\\fR, or as \\fBpkg\\-config \\-\\-libs neap\\fR says.\n")
    .. section("DESCRIPTION", (roff.from_markdown(page[1].about):gsub("^%.PP\n", "")))
    .. section("FUNCTIONS", "Each is described in its header, and in docs/C_API.md.\n"
      .. table.concat(out)) .. see_also { { "neap", 1 }, { "neap-policy", 7 } })
end

for _, verb in ipairs(all) do write_verb(verb) end
write_neap()
write_policy()
write_header()
