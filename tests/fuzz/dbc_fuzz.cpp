// Any bytes as a CAN database: refused with InputError, or each of its messages decodes any data and encodes what was
// decoded to the same raw values, where no signals overlap.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"
#include "sim/link/dbc_codec.h"

namespace {

using namespace evsim::can;

void exercise(const Message& m, const std::uint8_t* bytes, std::size_t size) {
  Frame frame;
  std::copy_n(bytes, size < 64 ? size : 64, frame.data.begin());
  for (std::size_t length : {std::size_t{64}, static_cast<std::size_t>(m.length), size % 9}) {
    std::vector<Decoded> all;
    decode(m, {frame.data.data(), length}, all);
    for (const Decoded& d : all) {
      const Signal& s = m.signals[static_cast<std::size_t>(d.signal)];
      Frame copy = frame;
      insert(s, d.raw, copy.data);
      if (copy != frame || extract(s, copy.data) != d.raw) std::abort();
      (void)raw_of(s, d.value);
      (void)text_of(s, d.raw);
    }
  }
  const Encoded e = encode(m, initial_values(m));
  if (e.frame.length < m.length || e.clipped > static_cast<int>(m.signals.size())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Database d = read_database("a.dbc", {reinterpret_cast<const char*>(data), size});
    for (const Message& m : d.messages) exercise(m, data, size);
  } catch (const evsim::InputError& e) {
    if (e.problems().empty() || e.problems().size() > 21) std::abort();
  }
  return 0;
}
