-- canary_test.lua - pids are used again and again, and nobody but our own tasks gets a signal.
--
-- In a pid namespace with few numbers, canaries of our user live beside jobs that come and go:
-- they count every signal. STOP and KILL cannot be caught: who got one no longer counts as alive
-- or answers. NEAP_TEST_JOBS says how many jobs.
-- ctest timeout: 300
local luaunit = require "luaunit"
local ledger = require "ledger"
local shell = require "shell"

-- luacheck: globals TestCanary
TestCanary = {}

local JOBS = math.tointeger(os.getenv("NEAP_TEST_JOBS") or 2000)
local PID_MAX, CANARIES = 400, 20

-- Numbers go round in it. The jobs fork, too, and half of them leave something behind.
local SCRIPT = [[
  echo "$1" >/proc/sys/kernel/pid_max || exit 77
  canary=$2 ledger=$3 jobs=$4 neap=$5
  i=0 pids=
  while [ $i -lt %d ]; do "$canary" "$ledger" & pids="$pids $!" i=$((i+1)); done
  sleep 0.3
  "$neap" run --quiet --max-alive 10 -j2 -q 1ms -p rr -f "$jobs"; code=$?
  alive=0
  for p in $pids; do
    state=$(sed -n 's/State:[^A-Z]*\(.\).*/\1/p' /proc/$p/status)
    [ "$state" = S ] && alive=$((alive+1))
    kill -KILL $p
  done
  echo "code $code alive $alive"
]]

function TestCanary.test_no_canary_ever_gets_a_signal()
  if not os.execute("unshare -p -m -f --mount-proc true 2>/dev/null") then
    luaunit.skip("no namespaces here")
  end
  local jobs = ("true\nsh -c 'sleep 0.05 & true'\n"):rep(JOBS // 2)
  local path = shell.path("canaries")
  local answer = shell.run {
    "unshare", "-p", "-m", "-f", "--mount-proc", "--kill-child", "sh", "-c",
    SCRIPT:format(CANARIES), "sh", tostring(PID_MAX), shell.program("canary"), path,
    shell.file("churn.txt", jobs), os.getenv("NEAP"), deadline = 280 + JOBS // 100,
  }
  if answer.code == 77 then luaunit.skip("this kernel has one pid_max for all") end
  luaunit.assertEquals(answer.out, ("code 0 alive %d\n"):format(CANARIES), answer.err)
  local list = ledger.read(path)
  luaunit.assertEquals(#list, CANARIES)
  for _, canary in ipairs(list) do luaunit.assertEquals(canary.count, 0) end
end

shell.main()
