-- build.lua - a build as a tree of tasks: each step starts others when a part of it is done.
--
--   neap sim -j 8 -p fifo -p fair build.lua
return function(w)
  for i = 1, 4 do
    w:fork_tree { name = "make" .. i, depth = 3, fanout = 4, work = "40ms",
      arrival = (i - 1) * 50e6 }
  end
end
