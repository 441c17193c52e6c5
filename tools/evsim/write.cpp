#include "tools/evsim/write.h"

#include "sim/base/errors.h"
#include "sim/io/results.h"
#include "tools/evsim/build_facts.h"

namespace evsim::cli {

void check_writable(const std::string& folder, const std::string& format) {
  if (format == "hdf5" && !build_facts().has_hdf5)
    throw EnvironmentError("--format hdf5: this evsim was built without HDF5");
  io::check_results_folder(folder);
}

std::string write_run(const RunResult& result, const io::LoadedCase& loaded, const Scheme& scheme,
                      const std::string& folder, const std::string& format) {
  const io::Provenance provenance{.version = version_and_commit(),
                                  .inputs = loaded.inputs,
                                  .vehicle_origins = loaded.vehicle_origins,
                                  .scenario_origins = loaded.scenario_origins,
                                  .scheme = scheme};
  io::ResultOptions options;
  options.signals = format == "hdf5" ? io::SignalFormat::hdf5 : io::SignalFormat::csv;
  io::write_results(folder, result, loaded.c, provenance, options);
  return folder + "/report.html";
}

std::string version_and_commit() {
  const BuildFacts& facts = build_facts();
  return facts.version + (facts.commit.empty() ? "" : " (" + facts.commit + ")");
}

}  // namespace evsim::cli
