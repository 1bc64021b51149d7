# mingw.cmake - a toolchain: for Windows, by Debian's gcc-mingw-w64-x86-64.
#
#   cmake -S . -B build-windows --toolchain cmake/mingw.cmake
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)

# Programs bring along what they need of gcc: it is in no folder of Windows.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)

# Headers and libraries of the machine that builds are for another system.
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
