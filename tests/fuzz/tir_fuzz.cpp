// Any bytes as a tyre property file: coefficients within their ranges, or InputError.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sim/base/errors.h"
#include "sim/io/tir.h"
#include "tests/io/sample.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sample::Disk disk{{"a.tir", std::string(reinterpret_cast<const char*>(data), size)}};
  try {
    const evsim::io::TyreFile t = evsim::io::read_tyre("a.tir", sample::reader(disk));
    if (!(t.params.vertical.F_z0 > 0.0) || !std::isfinite(t.params.vertical.c_z)) std::abort();
  } catch (const evsim::InputError& e) {
    if (e.problems().empty() || e.problems().size() > 21) std::abort();
  }
  return 0;
}
