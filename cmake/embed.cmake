# embed.cmake - has embed.lua write embedded.c again whenever a source that it embeds changes.
file(GLOB_RECURSE embedded_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
  lua/neap/*.lua lua/neap/*.html lua/neap/*.css lua/neap/*.js policies/*.lua)
add_custom_command(
  OUTPUT ${PROJECT_BINARY_DIR}/embedded.c
  COMMAND ${LUA_PROGRAM} cmake/embed.lua ${PROJECT_BINARY_DIR}/embedded.c ${embedded_sources}
  DEPENDS cmake/embed.lua ${embedded_sources}
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  COMMENT "Embedding the Lua sources"
  VERBATIM)
