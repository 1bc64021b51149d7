-- periodic_110.lua - eight periodic tasks that need 110 % of a cpu: somebody must be late.
--
-- Under edf all are late in the end; under rm those with the longest periods.
--
--   neap sim -p edf -p rm -p fair periodic_110.lua
return function(w)
  w:periodic { n = 8, utilisation = 1.1, min = "20ms", max = "400ms", time = "20s" }
end
