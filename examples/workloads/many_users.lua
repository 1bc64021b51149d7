-- many_users.lua - twenty users, of whom one starts as many jobs as all the others together.
--
-- Who shares by task gives that one half of the machine; who shares by user (`share`, `hier`) gives
-- each a twentieth. 400 jobs in all, 0.5 s each on average.
--
--   neap sim -j 4 -p fair -p share many_users.lua
return function(w)
  local function job(user, i)
    return { name = ("%s.%d"):format(user, i), group = user, work = w:exponential("500ms"),
      arrival = w:uniform(0, "5s") }
  end
  for i = 1, 200 do w:add(job("greedy", i)) end
  for user = 1, 19 do
    for i = 1, 10 do w:add(job("user" .. user, i)) end
  end
end
