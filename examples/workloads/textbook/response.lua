-- response.lua - three equal jobs: taking turns answers sooner and ends later.
--
-- Arpaci-Dusseau & Arpaci-Dusseau, Operating Systems: Three Easy Pieces, ch. 7: 5 each; here one
-- unit is 10 ms. Mean response: sjf 5, rr with a quantum of 1 unit: 1. Mean turnaround: sjf 10,
-- rr 14.
return {
  { name = "A", work = "50ms", estimate = true },
  { name = "B", work = "50ms", estimate = true },
  { name = "C", work = "50ms", estimate = true },
}
