# Script (cmake -P): writes evsim_build_info.h.
execute_process(COMMAND git -C ${SOURCE_DIR} describe --tags --always --dirty
  OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(COMMIT "")
endif()
foreach(part HAS_HDF5 HAS_V3)
  if(${part})
    set(${part} true)
  else()
    set(${part} false)
  endif()
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/evsim_build_info.h.in ${OUTPUT} @ONLY)
