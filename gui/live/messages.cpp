#include "gui/live/messages.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include "sim/link/secret.h"
#include "sim/link/wire.h"

namespace evsim::live {
namespace {

constexpr std::uint32_t kMagic = 0x31475645;  // "EVG1"
constexpr char kProtocol[] = "evsim serve 1 ";

std::uint32_t word(std::span<const std::uint8_t> bytes, std::size_t at) {
  std::uint32_t out = 0;
  std::memcpy(&out, bytes.data() + at, sizeof out);
  return out;
}

}  // namespace

std::uint32_t shapes_of_messages() {
  static const std::uint32_t all = [] {
    const std::string text = kProtocol + shape<Hello>() + shape<Welcome>() + shape<Request>() +
                             shape<Notice>() + shape<Picture>() + shape<Rows>() +
                             shape<LinkPicture>() + shape<Frames>() + shape<Logged>() +
                             shape<Record>() + shape<Figures>();
    return link::crc32({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }();
  return all;
}

std::string secret_of_file(const std::string& file) {
  const io::FileText read = io::read_bytes(file);
  if (!read.error.empty()) throw InputError(Problem{.file = file, .what = read.error});
  try {
    return link::secret_in(read.text);
  } catch (const InputError& e) {
    throw InputError(Problem{.file = file, .what = e.problems().front().what});
  }
}

io::LoadedCase load(const CaseFiles& setup) {
  std::map<std::string, const std::string*, std::less<>> texts;
  for (const io::InputFile& f : setup.files) texts.emplace(f.name, &f.text);
  const auto read = [&texts](const std::string& name) -> io::FileText {
    const auto it = texts.find(name);
    if (it == texts.end()) return {.text = {}, .error = "did not come from the simulation"};
    return {.text = *it->second, .error = {}};
  };
  return io::load_case(
      {.scenario = setup.scenario,
       .vehicle = setup.vehicle,
       .sets = setup.sets,
       .levels = setup.levels,
       .load_controllers = [](const scenario::Controllers&) { return controller::Controllers{}; }},
      read);
}

std::string who_i_am() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return "a window";
  const char* user = std::getenv("USER");
  return (user == nullptr || *user == '\0' ? "" : std::string(user) + "@") + host.data();
}

std::uint64_t fresh_number() {
  const link::Nonce nonce = link::fresh_nonce();
  std::uint64_t out = 0;
  std::memcpy(&out, nonce.data(), sizeof out);
  return out | 1u;
}

// ---- Messages -----------------------------------------------------------------------------------

void append(Bytes& out, MessageType type, std::span<const std::uint8_t> payload) {
  const std::size_t begin = out.size();
  pack(out, kMagic);
  pack(out, static_cast<std::uint32_t>(type));
  pack(out, static_cast<std::uint32_t>(payload.size()));
  const std::uint32_t crc = link::crc32(payload, link::crc32(std::span(out).subspan(begin)));
  pack(out, crc);
  out.insert(out.end(), payload.begin(), payload.end());
}

void Decoder::feed(std::span<const std::uint8_t> bytes) {
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(at_));
  at_ = 0;
  if (!is_wrong_) bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::optional<Message> Decoder::next() {
  const auto left = std::span(bytes_).subspan(at_);
  if (is_wrong_ || left.size() < kHeader) return {};
  const std::uint32_t type = word(left, 4), length = word(left, 8);
  is_wrong_ = word(left, 0) != kMagic || length > longest_ || type < 1 ||
              type > static_cast<std::uint32_t>(MessageType::figures);
  if (is_wrong_ || left.size() < kHeader + length) return {};
  const auto payload = left.subspan(kHeader, length);
  is_wrong_ = link::crc32(payload, link::crc32(left.first(12))) != word(left, 12);
  if (is_wrong_) return {};
  at_ += kHeader + length;
  return Message{.type = static_cast<MessageType>(type),
                 .payload = {payload.begin(), payload.end()}};
}

// ---- Stream -------------------------------------------------------------------------------------

bool Stream::pump() { return write() && read(); }

bool Stream::read() {
  // So much at once that others have their turn.
  constexpr std::size_t kPiece = 65536, kPieces = 64;
  std::array<std::uint8_t, kPiece> buffer;
  for (std::size_t i = 0; i < kPieces; ++i) {
    const link::Received got = socket_.receive(buffer);
    if (got.io != link::Io::done) return got.io == link::Io::would_wait;
    in_.feed(std::span(buffer).first(got.size));
    if (got.size < kPiece) return true;
  }
  return true;
}

bool Stream::write() {
  while (unsent() > 0) {
    const link::Received went = socket_.send_some(std::span(out_).subspan(sent_));
    if (went.io != link::Io::done) return went.io == link::Io::would_wait;
    sent_ += went.size;
  }
  out_.clear();
  sent_ = 0;
  return true;
}

}  // namespace evsim::live
