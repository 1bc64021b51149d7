# platform.cmake - which files are compiled where.
#
# What differs between systems stands in files of its own with the same functions in each:
# NAME_linux.c, NAME_bsd.c, NAME_portable.c. Of each NAME one is compiled, the first that is there:
#
#   on Linux             linux
#   with NEAP_PORTABLE   portable: POSIX and libev, nothing of any one system
#   on macOS             macos, bsd, portable
#   on a BSD             freebsd (or openbsd, netbsd), bsd, portable
#   elsewhere            portable
#
# A NAME that has none of these is left out: who calls its functions does not link.
# tests/outside/bsd_test.lua reads neap_of_bsds.
option(NEAP_PORTABLE "only POSIX and libev, on Linux, too" OFF)

set(neap_bsds Darwin FreeBSD OpenBSD NetBSD)
set(neap_systems "linux|macos|freebsd|openbsd|netbsd|bsd|portable")
if(NEAP_PORTABLE)
  set(NEAP_VARIANTS portable)
elseif(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(NEAP_VARIANTS linux)
elseif(CMAKE_SYSTEM_NAME IN_LIST neap_bsds)
  string(TOLOWER ${CMAKE_SYSTEM_NAME} system)
  string(REPLACE darwin macos system ${system})
  set(NEAP_VARIANTS ${system} bsd portable)
else()
  set(NEAP_VARIANTS portable)
endif()

# Sets `variable` to those of the files given that this build compiles, and lets each of them use
# what its system has beyond POSIX.
function(neap_choose variable)
  set(chosen ${ARGN})
  list(FILTER chosen EXCLUDE REGEX "_(${neap_systems})\\.c$")
  foreach(source ${ARGN})
    if(source MATCHES "^(.*)_(${neap_systems})\\.c$")
      list(APPEND names ${CMAKE_MATCH_1})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES names)
  foreach(name ${names})
    foreach(variant ${NEAP_VARIANTS})
      if(${name}_${variant}.c IN_LIST ARGN)
        list(APPEND chosen ${name}_${variant}.c)
        break()
      endif()
    endforeach()
  endforeach()
  neap_mark_system(${chosen})
  set(${variable} ${chosen} PARENT_SCOPE)
endfunction()

# Of the files given, *_linux.c alone may use GNU calls, *_bsd.c, *_macos.c and so on
# those of the BSDs, and *_portable.c the XSI option of POSIX.
set(neap_of_bsds _DARWIN_C_SOURCE _NETBSD_SOURCE _BSD_SOURCE __BSD_VISIBLE=1)
function(neap_mark_system)
  set(of_linux ${ARGN})
  list(FILTER of_linux INCLUDE REGEX "_linux\\.c$")
  set_source_files_properties(${of_linux} PROPERTIES COMPILE_DEFINITIONS _GNU_SOURCE)
  set(of_bsd ${ARGN})
  list(FILTER of_bsd INCLUDE REGEX "(bsd|_macos)\\.c$")
  set_source_files_properties(${of_bsd} PROPERTIES COMPILE_DEFINITIONS
    "${neap_of_bsds}")
  set(of_posix ${ARGN})
  list(FILTER of_posix INCLUDE REGEX "_portable\\.c$")
  set_source_files_properties(${of_posix} PROPERTIES COMPILE_DEFINITIONS _XOPEN_SOURCE=700)
endfunction()
