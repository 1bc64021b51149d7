-- demo.lua - four CPU-bound programs of different priority, for `neap run -f`.
--
-- They would run for ever: give --for. A priority stands for a weight (3: 64, 5: 100, 6: 125,
-- 8: 195), and under `fair` the weights are the shares.
return {
  { "sha256sum", "/dev/zero", name = "urgent", priority = 8 },
  { "md5sum", "/dev/zero", name = "brisk", priority = 6 },
  { "cksum", "/dev/zero", name = "usual", priority = 5 },
  { "sh", "-c", "while :; do :; done", name = "patient", priority = 3 },
}
