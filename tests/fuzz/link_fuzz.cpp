// Any bytes as what arrives from a controller, as what arrives at one, and as a hello. The first byte chooses.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "sim/link/evsim_link.h"
#include "sim/link/hello.h"
#include "sim/link/wire.h"

namespace {

using namespace evsim::link;

const Interface& vcu() {
  static const Units units{"front", "rear"};
  static const Interface all{.role = "vcu",
                             .unit = "",
                             .config = signals_of<evsim_vcu_config>(units),
                             .inputs = signals_of<evsim_vcu_inputs>(units),
                             .outputs = signals_of<evsim_vcu_outputs>(units)};
  return all;
}

void hello(std::string_view text) {
  try {
    const Hello h = read_hello(text, vcu());
    if (h.outputs.empty() || h.inputs.size() > vcu().inputs.size()) std::abort();
    (void)not_given(h, vcu());
  } catch (const std::invalid_argument& e) {
    if (*e.what() == '\0') std::abort();
  }
}

// In pieces as long as its bytes say.
void simulator(std::span<const std::uint8_t> bytes) {
  Decoder d;
  Message m;
  while (!bytes.empty()) {
    const std::size_t n = std::min<std::size_t>(1 + bytes[0] % 64, bytes.size());
    d.feed(bytes.first(n));
    bytes = bytes.subspan(n);
    Found f{};
    while ((f = d.next(m)) == Found::message)
      if (m.payload.size() > kLongestPayload) std::abort();
    if (is_wrong(f)) return;
  }
}

// The payload as messages of all types, with a right CRC.
void firmware(std::span<const std::uint8_t> bytes) {
  static evsim_link k;
  const bool knows = bytes.size() % 2 == 0;
  evsim_link_begin_with(&k, "role vcu\nconfig mass\nin v\nin SOC\nout tau.rear\n",
                        "sixteen bytes ..", knows ? 16 : 0);
  const std::uint32_t schema = k.schema;
  for (int type = 0; type < 10 && !bytes.empty(); ++type) {
    Message m{.type = static_cast<MessageType>(bytes[0] % 9),
              .sequence = bytes[0],
              .session = bytes[0] % 3u,
              .schema = schema,
              .payload = {bytes.begin() + 1, bytes.end()}};
    if (m.payload.size() > kLongestPayload) m.payload.resize(kLongestPayload);
    const auto message = type == 9 ? std::vector(bytes.begin(), bytes.end()) : encoded(m);
    for (std::size_t at = 0; at < message.size();) {
      const std::size_t took = evsim_link_feed(&k, message.data() + at, message.size() - at);
      at += took;
      evsim_link_event what{};
      bool events = false;
      while ((what = evsim_link_next(&k)) != EVSIM_LINK_NOTHING) {
        events = true;
        if (what == EVSIM_LINK_GARBAGE) return;
        if (what == EVSIM_LINK_STEP) evsim_link_answer(&k);
      }
      if (took == 0 && !events) std::abort();  // it would stand still
    }
    bytes = bytes.subspan(1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span rest(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0: hello({reinterpret_cast<const char*>(rest.data()), rest.size()}); break;
    case 1: simulator(rest); break;
    default: firmware(rest); break;
  }
  return 0;
}
