-- priority.lua - five jobs with priorities: mean wait 8.2 units of 10 ms.
--
-- Silberschatz, Galvin & Gagne, Operating System Concepts, ch. 5.3.4: bursts of 10, 1, 2, 1 and 5
-- with priorities 3, 1, 4, 5 and 2. There 1 is the most important; here 10 is.
--
--   neap sim -p priority priority.lua
return {
  { name = "P1", work = "100ms", priority = 10 - 3 },
  { name = "P2", work = "10ms", priority = 10 - 1 },
  { name = "P3", work = "20ms", priority = 10 - 4 },
  { name = "P4", work = "10ms", priority = 10 - 5 },
  { name = "P5", work = "50ms", priority = 10 - 2 },
}
