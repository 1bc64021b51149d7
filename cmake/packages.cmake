# packages.cmake - what cpack makes: Debian packages neap, libneap-dev and lua-neap.
#
# `./dev package` builds for /usr and calls cpack. The guard and the collector are in `neap`,
# which the other two need: a host is not to have two guards.
set(CPACK_PACKAGE_NAME neap)
set(CPACK_PACKAGE_VENDOR "the neap authors")
# Debian's tools want an address. There is no mailbox: .invalid is nobody's (RFC 2606). Who
# distributes packages gives his own: -DCPACK_PACKAGE_CONTACT="NAME <ADDRESS>".
set(CPACK_PACKAGE_CONTACT "the neap authors <neap@neap.invalid>" CACHE STRING
  "the maintainer of packages")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime dev lua)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME neap)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS "lua-argparse, lua-cjson") # the verbs use them
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS lua-readline) # lines of `neap repl` are edited
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
  "The program neap, its library and its guard: policies decide which of your processes run.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libneap-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "neap (= ${PROJECT_VERSION}), libev-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "liblua5.4-dev") # for neap/lua.h
set(CPACK_COMPONENT_DEV_DESCRIPTION
  "Headers, archives, pkg-config files and CMake package of libneap, for programs in C.")
set(CPACK_DEBIAN_LUA_PACKAGE_NAME lua-neap)
set(CPACK_DEBIAN_LUA_PACKAGE_SECTION interpreters)
set(CPACK_DEBIAN_LUA_PACKAGE_DEPENDS "neap (= ${PROJECT_VERSION}), lua5.4")
set(CPACK_COMPONENT_LUA_DESCRIPTION
  "The module neap for Lua 5.4: policies and process trees from any script.")
include(CPack)
