-- mixed.lua - people at their desks, and batch jobs behind their backs.
--
-- Ten interactive tasks that need a few ms between two thoughts, and four batch jobs of 5 s each.
-- What to look at: the wait at a stretch, which people feel, against the turnaround of the batch.
--
--   neap sim -p fifo -p rr -p fair -p interactive -p mlfq mixed.lua
return function(w)
  for i = 1, 10 do
    w:interactive { name = "user" .. i, run = "4ms", think = "80ms", rounds = 100,
      arrival = w:uniform(0, "100ms") }
  end
  for i = 1, 4 do
    w:add { name = "batch" .. i, work = "5s", priority = 3, estimate = true }
  end
end
