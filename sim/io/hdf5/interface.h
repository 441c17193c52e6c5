/* How evsim hands recorded signals to the module evsim_hdf5.so, which it loads when HDF5 files are asked
 * for. Plain C: the two share no code. */
#ifndef EVSIM_HDF5_INTERFACE_H
#define EVSIM_HDF5_INTERFACE_H

#include <stddef.h> /* NOLINT(modernize-deprecated-headers): plain C has no <cstddef> */

#ifdef __cplusplus
extern "C" {
#endif

struct evsim_hdf5_column {
  const char* name;     /* "drive_units.rear.tau": a dataset tau in the groups drive_units, rear */
  const char* unit;     /* "Nm": its attribute "unit" */
  const double* values; /* as many as the file has rows */
};

struct evsim_hdf5_file {
  size_t rows;
  size_t n_columns;
  const struct evsim_hdf5_column* columns;
};

/* Makes the file in memory and hands its bytes to take(to, bytes, size), once; same input, same bytes.
 * Returns 0, or 1 with the cause in error (cut to its size). HDF5 itself writes nothing: a disk that
 * fills up under its hands leaves it in a state in which it crashes at the end of the program. */
int evsim_hdf5_make(const struct evsim_hdf5_file* file,
                    void (*take)(void* to, const char* bytes, size_t size), void* to, char* error,
                    size_t error_size);

#ifdef __cplusplus
}
#endif
#endif
