-- sjf.lua - four jobs of known lengths: shortest first waits least.
--
-- Silberschatz, Galvin & Gagne, Operating System Concepts, ch. 5.3.2: bursts of 6, 8, 7 and 3;
-- here one unit is 10 ms. Mean wait: sjf 7 units, fifo 10.25.
return {
  { name = "P1", work = "60ms", estimate = true },
  { name = "P2", work = "80ms", estimate = true },
  { name = "P3", work = "70ms", estimate = true },
  { name = "P4", work = "30ms", estimate = true },
}
