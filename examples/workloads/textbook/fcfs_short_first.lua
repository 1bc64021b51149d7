-- fcfs_short_first.lua - the same three jobs, the short ones first: mean wait 3 units of 10 ms.
--
-- Silberschatz, Galvin & Gagne, Operating System Concepts, ch. 5.3.1.
return {
  { name = "P2", work = "30ms" },
  { name = "P3", work = "30ms" },
  { name = "P1", work = "240ms" },
}
