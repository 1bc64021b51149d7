-- periodic_070.lua - eight periodic tasks that need 70 % of a cpu: every deadline can be met.
--
-- Rate-monotonic priorities may be trusted up to n(2^(1/n) - 1) = 72.4 % (Liu & Layland, 1973),
-- earliest deadline first up to 100 %: both miss none.
--
--   neap sim -p edf -p rm -p fair periodic_070.lua
return function(w)
  w:periodic { n = 8, utilisation = 0.7, min = "20ms", max = "400ms", time = "20s" }
end
