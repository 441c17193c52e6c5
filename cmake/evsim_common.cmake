# What every target of the project shares: language level, warnings, floating-point rules, include root.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_COMPILE_WARNING_AS_ERROR ON)
# The static library stays without -fPIC: it keeps g++ free to inline across functions of a unit.
set(CMAKE_POSITION_INDEPENDENT_CODE ${BUILD_SHARED_LIBS})

find_program(CCACHE ccache)
mark_as_advanced(CCACHE)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  # ccache's conditions for precompiled headers
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>"
                      "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>")
endif()

# evsim_precompile(target headers...): C++ headers, from the root or of a library, that most units of the target
# begin with. The preset tsan does without, so that each unit still includes what it uses. g++ 12 takes the
# precompiled code of its library for ours and sees bounds broken in std::string where they are not.
function(evsim_precompile target)
  if(EVSIM_PRECOMPILE)
    target_compile_options(${target} PRIVATE
      "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-array-bounds;-Wno-stringop-overflow>")
    foreach(header IN LISTS ARGN)
      if(EXISTS ${PROJECT_SOURCE_DIR}/${header})
        set(header ${PROJECT_SOURCE_DIR}/${header})
      else()
        set(header "<${header}$<ANGLE-R>")
      endif()
      target_precompile_headers(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${header}>")
    endforeach()
  endif()
endfunction()

if(EVSIM_SANITIZE)
  add_compile_options(-fsanitize=${EVSIM_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  if(EVSIM_SANITIZE_LEAVES)
    add_compile_options(-fno-sanitize=${EVSIM_SANITIZE_LEAVES})
  endif()
  add_link_options(-fsanitize=${EVSIM_SANITIZE})
endif()
if(EVSIM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_library(evsim_common INTERFACE)
target_include_directories(evsim_common INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(evsim_common INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
  -ffp-contract=off)  # no fused multiply-add: the same bits on every x86-64
# Geometry over any scalar type. Eigen would otherwise emit its own FMA and change its layout between
# units of one program.
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
target_link_libraries(evsim_common INTERFACE Eigen3::Eigen)
target_compile_definitions(evsim_common INTERFACE EIGEN_DONT_VECTORIZE EIGEN_MAX_ALIGN_BYTES=0)

# evsim_build_info.h: version, compiler, what was found. A target of its own, because the commit may
# change between builds; the header is rewritten only when its text changes.
add_custom_target(evsim_build_info
  BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/evsim_build_info.h
  COMMAND ${CMAKE_COMMAND}
    -D SOURCE_DIR=${PROJECT_SOURCE_DIR}
    -D OUTPUT=${PROJECT_BINARY_DIR}/generated/evsim_build_info.h
    -D VERSION=${PROJECT_VERSION}
    -D "COMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
    -D BUILD_TYPE=${CMAKE_BUILD_TYPE}
    -D SANITIZE=${EVSIM_SANITIZE}
    -D HAS_HDF5=$<TARGET_EXISTS:evsim_hdf5>
    -D HAS_V3=$<TARGET_EXISTS:evsim_lanes_v3>
    -P ${PROJECT_SOURCE_DIR}/cmake/build_info.cmake
  COMMENT "Writing evsim_build_info.h" VERBATIM)
target_include_directories(evsim_common INTERFACE ${PROJECT_BINARY_DIR}/generated)
add_dependencies(evsim_common evsim_build_info)
