// Files through all that a run reads and checks: a case, or InputError.
#pragma once

#include <cstdlib>

#include "sim/io/case.h"
#include "tests/io/sample.h"

namespace evsim {

// Of drive.json and what it names; aborts on anything else.
inline void read_case(const sample::Disk& disk) {
  try {
    const io::LoadedCase loaded = io::load_case({.scenario = "drive.json"}, sample::reader(disk));
    if (!(loaded.c.test_mass > 0.0) || loaded.inputs.empty()) std::abort();
  } catch (const InputError& e) {
    if (e.problems().empty()) std::abort();
  }
}

}  // namespace evsim
