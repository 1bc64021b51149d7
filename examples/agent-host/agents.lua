-- agents.lua - what agent_host.lua is to run: two teams, 3 to 1, and an agent that is capped.
return {
  cpus = 1,
  grace = "1s",
  teams = { research = 300, chores = 100 },
  agents = {
    { "sh", "-c", "echo hello; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done",
      name = "thinker", team = "research" },
    { "sh", "-c", "while :; do :; done", name = "endless", team = "chores", timeout = "2s",
      cap = 0.3 },
    { "sh", "-c", "env | sort", name = "curious", team = "chores", memory = "64M" },
  },
}
