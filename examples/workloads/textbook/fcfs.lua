-- fcfs.lua - three jobs, the long one first: the convoy, and what taking turns does about it.
--
-- Silberschatz, Galvin & Gagne, Operating System Concepts, ch. 5.3: bursts of 24, 3 and 3, all
-- there at 0; here one unit of time is 10 ms.
--
--   neap sim -p fifo fcfs.lua             mean wait 17 units
--   neap sim -p rr -q 40ms fcfs.lua       mean wait 5.66 units (17/3), a quantum of 4
return {
  { name = "P1", work = "240ms", estimate = true },
  { name = "P2", work = "30ms", estimate = true },
  { name = "P3", work = "30ms", estimate = true },
}
