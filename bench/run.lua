-- run.lua - runs benchmarks, prints a table of each and writes it to bench/results/NAME.json.
--
--   lua5.4 bench/run.lua [NAME]...          see ./dev bench, which builds what they need
--
-- A benchmark is bench/NAME_bench.lua (or FOLDER/NAME, in a folder of your own), which returns
--
--   { rounds = 3,                  -- how often all of it is measured, if ROUNDS does not say
--     peers = { "xargs" },         -- programs of others, whose versions are told
--     round = function(row, i) ... end,  -- measures everything once, we and the peers in turn
--     finish = function() end }    -- ends what it has started, whatever happened
--
-- and calls for each figure, with numbers,
--
--   row { "dispatch of 2,000 jobs", unit = "s", ours = 1.2,
--     peer = 1.4, of = "xargs",            -- what the peer took
--     ratio = 1,                           -- wanted: ours at most so many times the peer's;
--                                          -- false: a ratio would say nothing
--     most = 2, least = 0.1 }              -- and at most, at least that
--
-- The median over the rounds stands in the table, with the least and the most; of ratios too, each
-- of one round. Load is that of the machine (the mean of a minute) when a figure was measured.
package.path = "bench/?.lua;" .. package.path
local cjson = require "cjson"
local kit = require "kit"

local RESULTS = os.getenv "RESULTS" or "bench/results"

cjson.encode_number_precision(8)

local function load_now()
  return tonumber(kit.read("/proc/loadavg"):match("%S+")) or 0
end

local function number(n)
  local size = math.abs(n)
  return (size >= 100 and "%.0f" or size >= 10 and "%.1f" or "%.2f"):format(n)
end

local function summary(list)
  if #list == 0 then return nil end
  return { median = kit.median(list), min = kit.quantile(list, 0), max = kit.quantile(list, 1),
    all = list }
end

-- "median (min .. max)", or what there is of it.
local function words(s)
  if not s then return "" end
  local middle, least, most = number(s.median), number(s.min), number(s.max)
  return least == most and middle or ("%s (%s .. %s)"):format(middle, least, most)
end

-- Figures.

local function new_table()
  local rows, by_name = {}, {}
  local function row(sample)
    local name = sample[1] .. "\0" .. (sample.of or "")
    local r = by_name[name]
    if not r then
      r = { figure = sample[1], unit = sample.unit, of = sample.of, ours = {}, peer = {},
        ratios = {}, load = {}, wanted = sample }
      by_name[name] = r
      rows[#rows + 1] = r
    end
    r.ours[#r.ours + 1] = sample.ours
    r.load[#r.load + 1] = load_now()
    if sample.peer then
      r.peer[#r.peer + 1] = sample.peer
      if sample.ours and sample.peer ~= 0 and sample.ratio ~= false then
        r.ratios[#r.ratios + 1] = sample.ours / sample.peer
      end
    end
  end
  return rows, row
end

-- What is wanted, in words, and whether it is so; nil: nothing is.
local function verdict(wanted, ours, ratio)
  local text, met = {}, true
  local function check(format, bound, well)
    text[#text + 1] = format:format(bound)
    met = met and well
  end
  if wanted.ratio and ratio then check("<= %.3g x", wanted.ratio, ratio.median <= wanted.ratio) end
  if wanted.most and ours then check("<= %.6g", wanted.most, ours.median <= wanted.most) end
  if wanted.least and ours then check(">= %.6g", wanted.least, ours.median >= wanted.least) end
  if #text > 0 then return table.concat(text, ", "), met end
end

local function summarised(r)
  local s = { figure = r.figure, unit = r.unit, of = r.of, ours = summary(r.ours),
    peer = summary(r.peer), ratio = summary(r.ratios), load = summary(r.load) }
  s.wanted, s.met = verdict(r.wanted, s.ours, s.ratio)
  return s
end

-- The table.

local HEAD = { "figure", "unit", "neap", "peer", "ratio", "wanted", "load" }

local function cells(s)
  local ratio = s.ratio and words(s.ratio) or ""
  local wanted = s.wanted and s.wanted .. (s.met and "" or " MISSED") or ""
  return { s.figure, s.unit or "", words(s.ours),
    s.of and ("%s: %s"):format(s.of, words(s.peer)) or words(s.peer), ratio, wanted,
    number(s.load.median) }
end

local function print_table(list)
  local lines, widths = { HEAD }, {}
  for _, s in ipairs(list) do lines[#lines + 1] = cells(s) end
  for _, line in ipairs(lines) do
    for i, cell in ipairs(line) do widths[i] = math.max(widths[i] or 0, utf8.len(cell)) end
  end
  for _, line in ipairs(lines) do
    local text = {}
    for i, cell in ipairs(line) do text[i] = cell .. (" "):rep(widths[i] - utf8.len(cell)) end
    print((table.concat(text, "  "):gsub("%s+$", "")))
  end
end

-- The file: one figure a line.

local function machine()
  return { cpu = kit.read("/proc/cpuinfo"):match("model name%s*: ([^\n]+)"),
    cpus = math.tointeger(kit.numbers("nproc")[1]),
    kernel = kit.read("/proc/sys/kernel/osrelease"):match("%S+") }
end

local function write(name, head, list)
  local lines = {}
  for i, s in ipairs(list) do lines[i] = cjson.encode(s) end
  local file <close> = assert(io.open(("%s/%s.json"):format(RESULTS, name), "w"))
  file:write(cjson.encode(head):sub(1, -2), ",\"figures\":[\n", table.concat(lines, ",\n"),
    "\n]}\n")
end

-- One benchmark.

-- Which version of each peer there is; says which is missing.
local function peers_of(bench)
  local versions = {}
  for _, peer in ipairs(bench.peers or {}) do
    versions[peer] = kit.version(peer) or nil
    print(versions[peer] and ("peer %s: %s"):format(peer, versions[peer])
      or ("skipped: %s is not installed (package %s; ./dev bench --setup)"):format(peer,
        kit.package(peer)))
  end
  return versions
end

local function measure(bench, row)
  for i = 1, bench.rounds do bench.round(row, i) end
end

-- False: it failed.
local function run(which)
  local folder, name = ("bench/" .. which):match("^bench/(.*/)([^/]*)$")
  name = name or which
  local bench = dofile(("%s%s_bench.lua"):format(folder or "bench/", name))
  bench.rounds = math.tointeger(os.getenv "ROUNDS") or bench.rounds
  local rows, row = new_table()
  print(("== %s, %d rounds"):format(name, bench.rounds))
  local head = { bench = name, at = os.date("!%Y-%m-%dT%H:%M:%SZ"), rounds = bench.rounds,
    neap = kit.output(kit.NEAP .. " version"):match("[^\n]+"), machine = machine(),
    peers = peers_of(bench) }
  local well, problem = xpcall(measure, debug.traceback, bench, row)
  if bench.finish then bench.finish() end
  kit.remove_files()
  local list = {}
  for i, r in ipairs(rows) do list[i] = summarised(r) end
  print_table(list)
  if not well then
    io.stderr:write(("bench: %s failed: %s\n"):format(name, problem))
    return false
  end
  write(name, head, list)
  return true
end

local function all()
  local names = {}
  for path in kit.output("ls bench/*_bench.lua"):gmatch("bench/([^\n]+)_bench%.lua") do
    names[#names + 1] = path
  end
  return names
end

io.stdout:setvbuf("line")
os.execute("mkdir -p " .. RESULTS)
local failed = 0
for _, name in ipairs(#arg > 0 and arg or all()) do
  if not run(name) then failed = failed + 1 end
end
os.exit(failed == 0 and 0 or 1, true)
