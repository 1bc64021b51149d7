# virtual.cmake - the library without processes: virtual tasks, the simulator, records.
#
# For Windows, and for anybody by NEAP_VIRTUAL. There is no libev, no guard and no Lua. Of the loop
# those files are compiled that touch no process; runtime/virtual/ has what they call of the others.

if(WIN32)
  set(without_processes "on Windows")
else()
  set(without_processes "by a build with NEAP_VIRTUAL")
endif()

file(GLOB virtual_sources CONFIGURE_DEPENDS runtime/virtual/*.c)
foreach(name answers bursts coming hear likely limits_text listen options recorder replay runtime
    tape tasks timers turn)
  list(APPEND virtual_sources runtime/loop/${name}.c)
endforeach()
neap_layer(neap_loop ${virtual_sources})
target_include_directories(neap_loop PRIVATE runtime runtime/loop)
target_compile_definitions(neap_loop PRIVATE NEAP_NO_PROCESSES="${without_processes}")
target_link_libraries(neap_loop PUBLIC neap_policies neap_trace neap_core)

neap_sim_layer()

add_library(neap_archive STATIC
  $<TARGET_OBJECTS:neap_core> $<TARGET_OBJECTS:neap_policies> $<TARGET_OBJECTS:neap_trace>
  $<TARGET_OBJECTS:neap_loop> $<TARGET_OBJECTS:neap_sim>)
add_library(neap::static ALIAS neap_archive)
set_target_properties(neap_archive PROPERTIES OUTPUT_NAME neap EXPORT_NAME static)
neap_headers(neap_archive)
target_link_libraries(neap_archive INTERFACE m)
neap_common_code(neap_archive)

# The module for a plain interpreter. Lua for Windows is said by LUA_INCLUDE_DIR and LUA_LIBRARY, the
# archive of its DLL: there a module must link what it takes its symbols from.
if(NEAP_LUA)
  neap_lua_layer()
  add_library(neap_module MODULE $<TARGET_OBJECTS:neap_lua>)
  set_target_properties(neap_module PROPERTIES OUTPUT_NAME neap PREFIX "")
  target_link_libraries(neap_module PRIVATE neap_sim neap_loop)
  if(WIN32)
    target_compile_options(neap_lua PRIVATE -Wno-float-conversion) # mingw's own isnan()
    target_link_options(neap_module PRIVATE -static)
    target_link_libraries(neap_module PRIVATE ${LUA_LIBRARIES} pthread)
  else()
    neap_exports(neap_module cmake/module.map)
  endif()
endif()

if(NEAP_INSTALL)
  install(TARGETS neap_archive ARCHIVE COMPONENT dev)
  install(DIRECTORY runtime/include/neap DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
endif()
if(BUILD_TESTING AND PROJECT_IS_TOP_LEVEL)
  add_subdirectory(tests/windows)
endif()
