// Any bytes as what arrives from a window or from a simulation on another machine: as a stream in pieces, and as the
// payload of each message. The first byte chooses.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "gui/live/messages.h"

namespace {

using namespace evsim::live;

// What is taken is what was sent: packed again it is the same bytes.
template <class X> void payload(std::span<const std::uint8_t> bytes) {
  const auto x = unpacked<X>(bytes);
  if (x && packed(*x) != Bytes(bytes.begin(), bytes.end())) std::abort();
}

void one_of_all(MessageType type, std::span<const std::uint8_t> bytes) {
  switch (type) {
    case MessageType::hello: return payload<Hello>(bytes);
    case MessageType::challenge: return payload<Challenge>(bytes);
    case MessageType::proof: return payload<Proof>(bytes);
    case MessageType::welcome: return payload<Welcome>(bytes);
    case MessageType::refused: return payload<Refused>(bytes);
    case MessageType::request: return payload<Request>(bytes);
    case MessageType::notice: return payload<Notice>(bytes);
    case MessageType::picture: return payload<Picture>(bytes);
    case MessageType::rows: return payload<Rows>(bytes);
    case MessageType::links: return payload<LinkPicture>(bytes);
    case MessageType::frames: return payload<Frames>(bytes);
    case MessageType::log: return payload<Logged>(bytes);
    case MessageType::record: return payload<Record>(bytes);
    case MessageType::figures: return payload<Figures>(bytes);
  }
}

// In pieces as long as its bytes say.
void stream(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kLongest = 4096;
  Decoder d(kLongest);
  while (!bytes.empty()) {
    const std::size_t n = std::min<std::size_t>(1 + bytes[0] % 64, bytes.size());
    d.feed(bytes.first(n));
    bytes = bytes.subspan(n);
    while (const auto m = d.next()) {
      if (m->payload.size() > kLongest) std::abort();
      one_of_all(m->type, m->payload);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span rest(data + 1, size - 1);
  const unsigned last = static_cast<unsigned>(MessageType::figures);
  if (data[0] % (last + 2) == 0) {
    stream(rest);
  } else if (data[0] % (last + 2) == last + 1) {  // with a header that is right
    Bytes whole;
    if (!rest.empty()) append(whole, static_cast<MessageType>(1 + rest[0] % last), rest.subspan(1));
    stream(whole);
  } else {
    one_of_all(static_cast<MessageType>(data[0] % (last + 2)), rest);
  }
  return 0;
}
