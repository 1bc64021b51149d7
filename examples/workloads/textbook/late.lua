-- late.lua - two short jobs come when a long one runs already.
--
-- Arpaci-Dusseau & Arpaci-Dusseau, Operating Systems: Three Easy Pieces, ch. 7: A needs 100 and
-- comes at 0, B and C need 10 each and come at 10; here one unit is 10 ms. Mean turnaround: sjf
-- 103.33, srtf (there STCF) 50.
return {
  { name = "A", work = "1s", estimate = true },
  { name = "B", arrival = "100ms", work = "100ms", estimate = true },
  { name = "C", arrival = "100ms", work = "100ms", estimate = true },
}
