-- srtf.lua - jobs that come one after the other: the shortest that remains goes first.
--
-- Silberschatz, Galvin & Gagne, Operating System Concepts, ch. 5.3.2: bursts of 8, 4, 9 and 5 that
-- come at 0, 1, 2 and 3; here one unit is 10 ms. Mean wait: srtf 6.5 units, sjf 7.75.
return {
  { name = "P1", arrival = 0, work = "80ms", estimate = true },
  { name = "P2", arrival = "10ms", work = "40ms", estimate = true },
  { name = "P3", arrival = "20ms", work = "90ms", estimate = true },
  { name = "P4", arrival = "30ms", work = "50ms", estimate = true },
}
