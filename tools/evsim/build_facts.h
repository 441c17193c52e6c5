// What this program was built from and with.
#pragma once

#include <string>

namespace evsim::cli {

struct BuildFacts {
  std::string version, commit, compiler, type, sanitizers;
  std::string sundials;  // version
  bool has_hdf5, has_v3;
};
const BuildFacts& build_facts();

}  // namespace evsim::cli
