// Recorded signals as HDF5, written by the module evsim_hdf5.so, which is loaded at the first call.
#pragma once

#include <string>
#include <vector>

#include "sim/io/signals_csv.h"

namespace evsim::io {

// name: how errors call the file. Throws EnvironmentError where the module is missing or can't write.
void write_hdf5(const std::string& path, const std::vector<SignalColumn>& columns,
                const std::string& name);

}  // namespace evsim::io
