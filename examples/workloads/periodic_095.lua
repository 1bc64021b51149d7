-- periodic_095.lua - eight periodic tasks that need 95 % of a cpu: edf meets all deadlines.
--
-- Beyond the bound of rate-monotonic priorities (72.4 %, Liu & Layland, 1973), within that of
-- earliest deadline first (100 %).
--
--   neap sim -p edf -p rm -p fair periodic_095.lua
return function(w)
  w:periodic { n = 8, utilisation = 0.95, min = "20ms", max = "400ms", time = "20s" }
end
