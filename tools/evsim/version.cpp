#include "evsim_build_info.h"
#include "tools/evsim/build_facts.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"
#include "tools/evsim/write.h"

namespace evsim::cli {

const BuildFacts& build_facts() {
  static const BuildFacts facts{.version = build_info::kVersion,
                                .commit = build_info::kCommit,
                                .compiler = build_info::kCompiler,
                                .type = build_info::kBuildType,
                                .sanitizers = build_info::kSanitize,
                                .sundials = "yes",
                                .has_hdf5 = build_info::kHasHdf5,
                                .has_v3 = build_info::kHasV3};
  return facts;
}

ExitCode version_command() {
  const BuildFacts& f = build_facts();
  print("evsim " + version_and_commit() + "\n");
  print("compiler   " + f.compiler + ", " + f.type +
        (f.sanitizers.empty() ? "" : ", sanitizers " + f.sanitizers) + "\n");
  print("SUNDIALS   " + f.sundials + "\n");
  print(std::string("HDF5       ") + (f.has_hdf5 ? "yes" : "no") + "\n");
  print(std::string("AVX2 lanes ") + (f.has_v3 ? "yes" : "no") + "\n");
  return ExitCode::held;
}

}  // namespace evsim::cli
