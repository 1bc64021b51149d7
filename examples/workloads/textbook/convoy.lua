-- convoy.lua - a long job and two short ones, all there at once: mean turnaround by order.
--
-- Arpaci-Dusseau & Arpaci-Dusseau, Operating Systems: Three Easy Pieces, ch. 7: A needs 100, B and
-- C 10 each; here one unit is 10 ms. Mean turnaround: fifo 110, sjf 50.
return {
  { name = "A", work = "1s", estimate = true },
  { name = "B", work = "100ms", estimate = true },
  { name = "C", work = "100ms", estimate = true },
}
