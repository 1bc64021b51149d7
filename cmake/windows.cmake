# windows.cmake - what Windows has not: headers of runtime/windows stand in.
include_directories(BEFORE SYSTEM runtime/windows)
list(REMOVE_ITEM core_sources ${PROJECT_SOURCE_DIR}/runtime/core/lines.c)
list(APPEND core_sources runtime/windows/lines.c)
