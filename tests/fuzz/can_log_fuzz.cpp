// Any bytes as a log of CAN traffic: InputError, or frames that are read again as they are written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/base/errors.h"
#include "sim/link/can_log.h"

using namespace evsim::can;

namespace {

template <class Read, class Write>
void check(std::string_view text, const Read& read, const Write& write) {
  CanLog log;
  try {
    log = read(text, "a.log");
  } catch (const evsim::InputError& e) {
    if (e.problems().empty() || e.problems().size() > 21) std::abort();
    return;
  }
  std::string out;
  for (const LogEntry& e : log.entries) {
    if (!e.frame.error && !is_valid(e.frame)) std::abort();
    out += write(e);
  }
  if (read(out, "b.log").entries != log.entries) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, read_candump, candump_line);
  check(text, read_asc, asc_line);
  return 0;
}
