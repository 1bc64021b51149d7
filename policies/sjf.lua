-- sjf.lua - shortest estimated job first. The queue is a heap in C, ordered by key.
return require "neap".policy {
  name = "sjf",
  summary = "shortest estimate first, none last: least mean wait, long ones may starve",
  starves = true,
  key = function(_, task) return task.estimate > 0 and task.estimate or math.maxinteger end,
}
