# pages.cmake - manual pages and completions, written by the program from its own tables.
#
# That takes what the program itself needs, argparse, and a program that runs here: without them
# there are none, and nothing else is missing. A project that neap is a part of needs none.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
execute_process(COMMAND ${LUA_PROGRAM} -e "require 'argparse'"
  RESULT_VARIABLE argparse_missing OUTPUT_QUIET ERROR_QUIET)
if(CMAKE_CROSSCOMPILING OR argparse_missing)
  message(STATUS "No manual pages and completions: they need the Lua module argparse")
  return()
endif()

set(pages ${PROJECT_BINARY_DIR}/pages)
file(GLOB page_sources CONFIGURE_DEPENDS docs/*.lua docs/*.md runtime/include/neap/*.h)
add_custom_command(
  OUTPUT ${pages}/written
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${pages}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${pages}/man ${pages}/completions
  COMMAND neap_program docs/man.lua ${pages}/man
  COMMAND neap_program docs/completions.lua ${pages}/completions
  COMMAND ${CMAKE_COMMAND} -E touch ${pages}/written
  DEPENDS neap_program README.md policies/README.md ${page_sources}
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  COMMENT "Writing manual pages and completions"
  VERBATIM)
add_custom_target(neap_pages ALL DEPENDS ${pages}/written)

foreach(number 1 3 7)
  install(DIRECTORY ${pages}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man${number}
    FILES_MATCHING PATTERN "*.${number}")
endforeach()
install(FILES ${pages}/completions/neap.bash RENAME neap
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${pages}/completions/_neap
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${pages}/completions/neap.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
