// Any bytes as a file of published figures.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sim/base/errors.h"
#include "sim/io/published.h"
#include "tests/io/sample.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sample::Disk disk{
      {"published.json", std::string(reinterpret_cast<const char*>(data), size)}};
  try {
    evsim::io::read_published("published.json", sample::reader(disk));
  } catch (const evsim::InputError& e) {
    if (e.problems().empty()) std::abort();
  }
  return 0;
}
