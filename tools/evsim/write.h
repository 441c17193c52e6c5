// Results of a run into its folder.
#pragma once

#include <string>

#include "sim/io/case.h"
#include "sim/run/result.h"

namespace evsim::cli {

// Before any run: throws what would make writing fail afterwards.
void check_writable(const std::string& folder, const std::string& format);

// format: csv or hdf5, of the signals. Returns the file to look at.
std::string write_run(const RunResult& result, const io::LoadedCase& loaded, const Scheme& scheme,
                      const std::string& folder, const std::string& format);

// "0.1.0 (a1b2c3d)".
std::string version_and_commit();

}  // namespace evsim::cli
