# CVODE::cvode, from SUNDIALS. Debian's library holds the serial vector, the dense matrix and both
# nonlinear solvers as well. SUNDIALS' own package file would demand OpenMP and MPI from our users.
find_path(CVODE_INCLUDE_DIR cvode/cvode.h)
find_library(CVODE_LIBRARY sundials_cvode)
mark_as_advanced(CVODE_INCLUDE_DIR CVODE_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CVODE REQUIRED_VARS CVODE_LIBRARY CVODE_INCLUDE_DIR)

if(CVODE_FOUND AND NOT TARGET CVODE::cvode)
  add_library(CVODE::cvode UNKNOWN IMPORTED)
  set_target_properties(CVODE::cvode PROPERTIES
    IMPORTED_LOCATION ${CVODE_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${CVODE_INCLUDE_DIR})
endif()
