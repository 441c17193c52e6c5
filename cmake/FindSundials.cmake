# Sundials::cvode and Sundials::arkode, from SUNDIALS. Debian's libraries hold the serial vector, the dense
# matrix and the nonlinear solvers as well. SUNDIALS' own package file would demand OpenMP and MPI from our users.
find_path(SUNDIALS_INCLUDE_DIR cvode/cvode.h)
find_library(SUNDIALS_CVODE_LIBRARY sundials_cvode)
find_library(SUNDIALS_ARKODE_LIBRARY sundials_arkode)
mark_as_advanced(SUNDIALS_INCLUDE_DIR SUNDIALS_CVODE_LIBRARY SUNDIALS_ARKODE_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Sundials
  REQUIRED_VARS SUNDIALS_CVODE_LIBRARY SUNDIALS_ARKODE_LIBRARY SUNDIALS_INCLUDE_DIR)

if(Sundials_FOUND)
  foreach(part cvode arkode)
    if(NOT TARGET Sundials::${part})
      string(TOUPPER ${part} PART)
      add_library(Sundials::${part} UNKNOWN IMPORTED)
      set_target_properties(Sundials::${part} PROPERTIES
        IMPORTED_LOCATION ${SUNDIALS_${PART}_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${SUNDIALS_INCLUDE_DIR})
    endif()
  endforeach()
endif()
