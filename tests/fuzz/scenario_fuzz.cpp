// Any bytes as a scenario file.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/read_case.h"
#include "tests/tools/small_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  evsim::read_case({{"drive.json", std::string(reinterpret_cast<const char*>(data), size)},
                    {"car.json", small::kVehicle},
                    {"whole.json", small::kScenario},
                    {"cycle.csv", small::kCycle}});
  return 0;
}
