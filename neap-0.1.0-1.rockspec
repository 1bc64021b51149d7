-- neap-0.1.0-1.rockspec - the Lua module of neap as a rock: `luarocks --lua-version 5.4 make`.
--
-- Its helpers, the guard and the collector of output, stay in the rock's own folder, which the
-- module knows. The program and the C library are not a part of it: see README.md.
rockspec_format = "3.0"
package = "neap"
version = "0.1.0-1"
-- `make` takes the sources beside this file. There is no server: .invalid is nobody's (RFC 2606).
source = { url = "https://neap.invalid/neap-0.1.0.tar.gz" }
description = {
  summary = "A scheduling runtime for ordinary processes, scriptable in Lua",
  detailed = "Time-slices real process trees under a policy that can be a few lines of Lua, and "
    .. "leaves nothing behind; the same policy runs in a simulator.",
  license = "MIT",
  labels = { "scheduling", "process", "linux" },
}
supported_platforms = { "linux" }
dependencies = { "lua >= 5.4, < 5.5" }
external_dependencies = { EV = { header = "ev.h", library = "ev" } }
build = {
  type = "cmake",
  variables = {
    CMAKE_BUILD_TYPE = "Release",
    CMAKE_INSTALL_PREFIX = "$(PREFIX)",
    NEAP_ROCK = "ON",
    NEAP_LUA_MODULE_DIR = "$(LIBDIR)",
    LUA_INCLUDE_DIR = "$(LUA_INCDIR)",
    LUA_PROGRAM = "$(LUA)",
    EV_INCLUDE_DIR = "$(EV_INCDIR)",
  },
}
