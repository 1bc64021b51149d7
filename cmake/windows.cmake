# windows.cmake - what Windows has not: headers and files of folders called windows/ stand in.
include_directories(BEFORE SYSTEM runtime/windows)

# Exchanges those of the files in `variable` that have a twin in FOLDER/windows/.
function(neap_windows_twins variable folder)
  file(GLOB twins CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/windows/*.c)
  foreach(twin ${twins})
    get_filename_component(name ${twin} NAME)
    list(FILTER ${variable} EXCLUDE REGEX "/${name}$")
  endforeach()
  set(${variable} ${${variable}} ${twins} PARENT_SCOPE)
endfunction()
