// Any bytes as a scenario file, through all that a run reads and checks: a case, or InputError.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sim/io/case.h"
#include "tests/io/sample.h"
#include "tests/tools/small_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace evsim;
  const sample::Disk disk{{"drive.json", std::string(reinterpret_cast<const char*>(data), size)},
                          {"car.json", small::kVehicle},
                          {"whole.json", small::kScenario},
                          {"cycle.csv", small::kCycle}};
  try {
    const io::LoadedCase loaded = io::load_case({.scenario = "drive.json"}, sample::reader(disk));
    if (!(loaded.c.test_mass > 0.0) || loaded.inputs.empty()) std::abort();
  } catch (const InputError& e) {
    if (e.problems().empty()) std::abort();
  }
  return 0;
}
