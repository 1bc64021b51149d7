# flags.cmake - how every C file of neap is compiled and linked.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_definitions(_POSIX_C_SOURCE=200809L NEAP_VERSION="${PROJECT_VERSION}")
add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion
  -Wno-unused-parameter)
add_link_options(-Wl,--as-needed)

if(NEAP_WERROR)
  add_compile_options(-Werror)
endif()

if(NEAP_SANITIZE)
  set(sanitize -fsanitize=${NEAP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_compile_options(${sanitize})
  add_link_options(${sanitize})
endif()

# gcc optimises across files what is linked here. The objects hold common code, too, which is all
# that an archive for others keeps: theirs may be another compiler, or another gcc.
if(NOT CMAKE_C_COMPILER_ID STREQUAL "GNU" OR NOT CMAKE_OBJCOPY)
  set(NEAP_LTO OFF)
endif()
if(NEAP_LTO)
  add_compile_options(-flto=auto -ffat-lto-objects)
  add_link_options(-flto=auto)
endif()

function(neap_common_code target) # an archive
  if(NEAP_LTO)
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND ${CMAKE_OBJCOPY} --remove-section=.gnu.lto_* --remove-section=.gnu.debuglto_*
        $<TARGET_FILE:${target}>)
  endif()
endfunction()

# Links a program with all that it needs, where the libraries for that are there: it has fewer
# pages of its own, and is sooner forked.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static-pie)
set(CMAKE_REQUIRED_FLAGS -fPIE)
check_c_source_compiles("int main(void) { return 0; }" NEAP_STATIC_PIE)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
unset(CMAKE_REQUIRED_FLAGS)

function(neap_whole target)
  if(NEAP_STATIC_PIE AND NOT NEAP_SANITIZE)
    target_link_options(${target} PRIVATE -static-pie)
  endif()
endfunction()

# Lets the library `target` export what the version script `map` names and nothing else.
function(neap_exports target map)
  target_link_options(${target} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/${map})
  set_target_properties(${target} PROPERTIES LINK_DEPENDS ${PROJECT_SOURCE_DIR}/${map})
endfunction()

# Tells the users of the library `target` where its headers are: here, and once installed.
function(neap_headers target)
  target_include_directories(${target} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/runtime/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endfunction()
