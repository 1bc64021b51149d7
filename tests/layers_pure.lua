-- layers_pure.lua - the core and the policies call no system: layers_pure.lua NM LIBRARY...
--
-- Each library is a layer with all below it. What nm says it still needs must be memory, text
-- or arithmetic of ISO C; a clock, a file, a signal, a process are not on the list.

local allowed = {
  "^mem%l+$", "^str%l+$", "^malloc$", "^aligned_alloc$", "^calloc$", "^realloc$", "^free$",
  "^qsort$", "^bsearch$",
  "^v?snprintf$", "^v?sscanf$", "^isoc%d%d_%l+$", -- names of newer C libraries for the same
  "^l?l?abs$", "^l?l?div$", "^fabs$", "^floor$", "^ceil$", "^l?l?round$", "^pow$", "^fmod$",
  "^abort$", "^assert_fail$", "^errno_location$", "^ctype_%l+_loc$", "^tls_get_addr$",
  "^stack_chk_fail$", "^%l+_chk$",
  "^cxa_finalize$", "^gmon_start__$", "^ITM_", -- every shared library has these
}

local function is_allowed(symbol)
  local name = symbol:gsub("@.*", ""):gsub("^_+", "")
  for _, pattern in ipairs(allowed) do
    if name:find(pattern) then return true end
  end
  return false
end

local function foreign(nm, library)
  local pipe <close> = assert(io.popen(("'%s' -D --undefined-only '%s'"):format(nm, library)))
  local found, symbols = {}, 0
  for symbol in pipe:read("a"):gmatch("%s[Uwv] (%S+)") do
    symbols = symbols + 1
    if not is_allowed(symbol) then found[#found + 1] = symbol end
  end
  assert(symbols > 0, "nm names no symbol of " .. library)
  return found
end

local bad = 0
for i = 2, #arg do
  for _, symbol in ipairs(foreign(arg[1], arg[i])) do
    bad = bad + 1
    print(("%s: must not call %s"):format(arg[i]:match("[^/]+$"), symbol))
  end
end
os.exit(bad == 0)
