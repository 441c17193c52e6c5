// Recorded signals as HDF5, made by the module evsim_hdf5.so, which is loaded at the first call.
#pragma once

#include <string>
#include <vector>

#include "sim/io/signals_csv.h"

namespace evsim::io {

// The bytes of the file. Throws EnvironmentError where the module is missing or HDF5 refuses.
std::string signals_hdf5(const std::vector<SignalColumn>& columns);

// name: how errors call the file. Throws EnvironmentError.
void write_hdf5(const std::string& path, const std::vector<SignalColumn>& columns,
                const std::string& name);

}  // namespace evsim::io
