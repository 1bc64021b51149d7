# embed.cmake - has embed.lua write embedded.c again whenever a Lua source of neap changes.
file(GLOB_RECURSE embedded_sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
  lua/neap/*.lua policies/*.lua)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/embedded.c
  COMMAND ${LUA_PROGRAM} cmake/embed.lua ${CMAKE_BINARY_DIR}/embedded.c ${embedded_sources}
  DEPENDS cmake/embed.lua ${embedded_sources}
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  COMMENT "Embedding the Lua sources"
  VERBATIM)
