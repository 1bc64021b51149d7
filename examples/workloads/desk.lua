-- desk.lua - somebody writes while a build and a backup want the cpu: small enough to be drawn.
--
--   neap sim -p fifo -p rr -p fair --gantt desk.lua
return {
  { name = "editor", work = { "10ms", "70ms" }, times = 6 },
  { name = "build", work = "250ms", arrival = "20ms" },
  { name = "backup", work = "180ms", arrival = "50ms", priority = 2 },
}
