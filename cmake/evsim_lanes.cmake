# evsim_lanes(files...): compiles each unit once per architecture and adds it to evsim_lib.
#   Baseline: EVSIM_ARCH=base. On x86-64 also EVSIM_ARCH=v3 with AVX2 instructions allowed;
#   EVSIM_HAS_V3 says whether that one is there. The program picks one at run time.
#
# The v3 object is full of weak copies of shared templates. If the linker chose one of them for
# everybody, the program would fault on an older CPU. So it is linked to itself first, then every
# symbol but the entry points (*_entry_v3) is made local. Needs GNU ld and objcopy. Sanitizers bring
# sections of their own that do not survive this; such builds take the object as it is and run on newer
# CPUs only.
function(evsim_lanes)
  set(has_v3 0)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND CMAKE_OBJCOPY)
    execute_process(COMMAND ${CMAKE_LINKER} --version OUTPUT_VARIABLE linker)
    if(linker MATCHES "GNU ld")
      set(has_v3 1)
    endif()
  endif()
  target_compile_definitions(evsim_common INTERFACE EVSIM_HAS_V3=${has_v3})

  add_library(evsim_lanes_base OBJECT ${ARGN})
  target_link_libraries(evsim_lanes_base PRIVATE evsim_common)
  target_compile_definitions(evsim_lanes_base PRIVATE EVSIM_ARCH=base)
  target_sources(evsim_lib PRIVATE $<TARGET_OBJECTS:evsim_lanes_base>)
  if(NOT has_v3)
    return()
  endif()

  add_library(evsim_lanes_v3 OBJECT ${ARGN})
  target_link_libraries(evsim_lanes_v3 PRIVATE evsim_common)
  target_compile_definitions(evsim_lanes_v3 PRIVATE EVSIM_ARCH=v3)
  # Unique symbols, which inline variables become in g++ without optimisation, can't be made local.
  # No FMA: g++ 12 makes one of a product beside a sum and a difference, whatever -ffp-contract says.
  target_compile_options(evsim_lanes_v3 PRIVATE -march=x86-64-v3 -mno-fma -fno-lto
    $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  if(EVSIM_SANITIZE)
    target_sources(evsim_lib PRIVATE $<TARGET_OBJECTS:evsim_lanes_v3>)
    return()
  endif()

  set(merged ${CMAKE_CURRENT_BINARY_DIR}/lanes_v3_merged.o)
  set(isolated ${CMAKE_CURRENT_BINARY_DIR}/lanes_v3.o)
  add_custom_command(OUTPUT ${isolated}
    COMMAND ${CMAKE_LINKER} -r --force-group-allocation -o ${merged}
            $<TARGET_OBJECTS:evsim_lanes_v3>
    COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=*_entry_v3* ${merged} ${isolated}
    DEPENDS $<TARGET_OBJECTS:evsim_lanes_v3>
    COMMENT "Isolating the x86-64-v3 lanes" COMMAND_EXPAND_LISTS VERBATIM)
  set_source_files_properties(${isolated} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  target_sources(evsim_lib PRIVATE ${isolated})
endfunction()
