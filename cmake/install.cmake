# install.cmake - what `cmake --install` puts where: GNU directories, in three components.
#
#   runtime  the program, the shared library, the guard and the collector, policies to read, the
#            types of the Lua API
#   dev      headers, the archives, what pkg-config and CMake ask for
#   lua      the Lua module
#
# Everything finds everything else by its own place, so the tree may be moved as a whole.
include(CMakePackageConfigHelpers)

set(NEAP_HELPERS_DIR ${CMAKE_INSTALL_LIBEXECDIR}/neap)
set(NEAP_LUA_MODULE_DIR ${CMAKE_INSTALL_LIBDIR}/lua/5.4 CACHE STRING
  "where the Lua module goes: a folder of package.cpath")

install(TARGETS neap-guard neap-output DESTINATION ${NEAP_HELPERS_DIR} COMPONENT runtime)
if(NEAP_LUA)
  install(TARGETS neap_module DESTINATION ${NEAP_LUA_MODULE_DIR} COMPONENT lua)
  install(DIRECTORY lua/types DESTINATION ${CMAKE_INSTALL_DATADIR}/neap COMPONENT runtime)
endif()
if(NEAP_ROCK)
  return()
endif()

if(NEAP_LUA)
  install(TARGETS neap_program COMPONENT runtime)
endif()
install(DIRECTORY policies/ DESTINATION ${CMAKE_INSTALL_DATADIR}/neap/policies
  COMPONENT runtime)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR}
  COMPONENT runtime)

install(TARGETS neap EXPORT neap-targets
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT dev)
install(TARGETS neap_archive EXPORT neap-targets ARCHIVE COMPONENT dev)
if(NEAP_LUA)
  install(TARGETS neap_lua_archive EXPORT neap-targets ARCHIVE COMPONENT dev)
endif()
install(DIRECTORY runtime/include/neap DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT dev)

# A folder of the installation as a .pc file says it: by its own place where that can be.
function(neap_pc_folder variable folder)
  if(IS_ABSOLUTE ${folder})
    set(${variable} ${folder} PARENT_SCOPE)
  else()
    set(${variable} "\${prefix}/${folder}" PARENT_SCOPE)
  endif()
endfunction()

set(NEAP_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
if(NOT IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" up ${up})
  set(NEAP_PC_PREFIX "\${pcfiledir}/${up}")
endif()
neap_pc_folder(NEAP_PC_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
neap_pc_folder(NEAP_PC_LIBDIR ${CMAKE_INSTALL_LIBDIR})
set(pc_files neap.pc)
if(NEAP_LUA)
  list(APPEND pc_files neap-lua.pc)
endif()
foreach(name ${pc_files})
  configure_file(cmake/${name}.in ${name} @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT dev)
endforeach()

set(cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/neap)
configure_package_config_file(cmake/neap-config.cmake.in neap-config.cmake
  INSTALL_DESTINATION ${cmake_folder} PATH_VARS NEAP_HELPERS_DIR)
write_basic_package_version_file(neap-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/neap-config.cmake
  ${PROJECT_BINARY_DIR}/neap-config-version.cmake
  DESTINATION ${cmake_folder} COMPONENT dev)
install(EXPORT neap-targets NAMESPACE neap:: DESTINATION ${cmake_folder} COMPONENT dev)
