-- frame_test.lua - what bench/run.lua makes of a benchmark, and that each of ours is one.
package.path = "bench/?.lua;" .. package.path
local cjson = require "cjson"
local kit = require "kit"
local lu = require "luaunit"

local FAKE = [[
return {
  rounds = 3,
  peers = { "xargs" },
  round = function(row, i)
    row { "race", unit = "s", ours = i, peer = 2 * i, of = "hare", ratio = 0.4, most = 2 }
    row { "race", unit = "s", ours = i, peer = 0, of = "tortoise" }
    row { "alone", unit = "ms", ours = 10 - i, least = 8 }
    row { "only a hare", peer = 7 }
    if i == 3 and os.getenv "FAKE_FAILS" then error "the hare sleeps" end
  end,
  finish = function() print "finished" end,
}]]

-- Runs the fake benchmark; returns what it prints, its figures by name and peer, and if it is well.
local function run(variables)
  local path = kit.file(FAKE, "_bench.lua")
  local text, well = kit.output(("RESULTS=%s %s lua5.4 bench/run.lua %s 2>&1"):format(
    path:match("(.*)/"), variables or "", path:match("(.*)_bench")))
  local json, figures = kit.read(path:gsub("_bench%.lua$", ".json")), {}
  if json == "" then return text, nil, well end
  for _, figure in ipairs(cjson.decode(json).figures) do
    figures[figure.figure .. (figure.of and " " .. figure.of or "")] = figure
  end
  return text, figures, well
end

-- luacheck: globals TestFrame
TestFrame = {}

function TestFrame:tearDown() kit.remove_files() end

function TestFrame:test_a_figure_has_its_median_its_ends_and_the_ratio_of_each_round()
  local _, figures, well = run()
  local race = figures["race hare"]
  lu.assertTrue(well)
  lu.assertEquals({ race.ours.median, race.ours.min, race.ours.max }, { 2, 1, 3 })
  lu.assertEquals(race.peer.all, { 2, 4, 6 })
  lu.assertEquals(race.ratio.all, { 0.5, 0.5, 0.5 })
  lu.assertEquals(#race.load.all, 3)
end

function TestFrame:test_what_is_wanted_is_met_only_if_all_of_it_is()
  local text, figures = run()
  lu.assertFalse(figures["race hare"].met)
  lu.assertTrue(figures["alone"].met)
  lu.assertStrContains(text, "<= 0.4 x, <= 2 MISSED")
  lu.assertNil(figures["race tortoise"].met)
end

function TestFrame:test_peers_are_apart_and_a_ratio_to_nothing_is_none()
  local _, figures = run()
  lu.assertNil(figures["race tortoise"].ratio)
  lu.assertNil(figures["only a hare"].ours)
end

function TestFrame:test_versions_of_peers_are_told()
  lu.assertStrMatches((run()), ".*peer xargs: %S+.*")
end

function TestFrame:test_a_benchmark_that_fails_is_ended_says_why_and_leaves_no_file()
  local text, figures, well = run "FAKE_FAILS=1"
  lu.assertNil(well)
  lu.assertNil(figures)
  lu.assertStrContains(text, "finished")
  lu.assertStrContains(text, "the hare sleeps")
end

function TestFrame:test_each_of_ours_is_a_benchmark_and_its_peers_are_known()
  for path in kit.output("ls bench/*_bench.lua"):gmatch("[^\n]+") do
    local bench = dofile(path)
    lu.assertTrue(bench.rounds > 0, path)
    lu.assertIsFunction(bench.round, path)
    for _, peer in ipairs(bench.peers or {}) do lu.assertIsString(kit.package(peer)) end
  end
end

os.exit(lu.LuaUnit.run() == 0 and 0 or 1, true)
