// Any bytes as a vehicle file.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/read_case.h"
#include "tests/tools/small_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  evsim::read_case({{"car.json", std::string(reinterpret_cast<const char*>(data), size)},
                    {"drive.json", small::kScenario},
                    {"whole.json", small::kVehicle},
                    {"cycle.csv", small::kCycle}});
  return 0;
}
