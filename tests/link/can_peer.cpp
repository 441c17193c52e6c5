// What tests/link/can_peers.py talks to, on standard input and output:
//   can_peer candump|asc    a log, read and written again
//   can_peer slcan          a serial adapter whose bus returns every frame; ends with the input
//   can_peer client         what an adapter says, one line an event
#include <unistd.h>

#include <array>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"
#include "sim/link/can_log.h"
#include "sim/link/slcan.h"

namespace {

using namespace evsim::can;

std::string_view next(std::array<char, 4096>& buffer) {
  const ssize_t n = read(STDIN_FILENO, buffer.data(), buffer.size());
  return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}
bool put(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(STDOUT_FILENO, text.data(), text.size());
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

int rewrite(bool asc) {
  std::array<char, 4096> buffer;
  std::string text, out;
  for (std::string_view part = next(buffer); !part.empty(); part = next(buffer)) text += part;
  const CanLog log = asc ? read_asc(text, "stdin") : read_candump(text, "stdin");
  if (asc) out = asc_head(log.date);
  for (const LogEntry& e : log.entries) out += asc ? asc_line(e) : candump_line(e);
  if (asc) out += asc_tail();
  return put(out) ? 0 : 4;
}

int serve() {
  std::array<char, 4096> buffer;
  slcan::Device device;
  std::int64_t frames = 0;
  for (std::string_view part = next(buffer); !part.empty(); part = next(buffer)) {
    std::vector<Frame> bus;
    device.feed(part, [&](const slcan::Request& r) {
      if (r.kind == slcan::Request::Kind::send) bus.push_back(r.frame);
      return true;
    });
    for (const Frame& f : bus) device.deliver(f, 0);
    frames += std::ssize(bus);
    if (!put(device.take_output())) break;
  }
  const std::int64_t rejected = device.rejected().total() + device.lost();
  std::fputs((std::to_string(frames) + " " + std::to_string(rejected) + "\n").c_str(), stderr);
  return 0;
}

int listen() {
  std::array<char, 4096> buffer;
  slcan::Client client;
  std::string out;
  for (std::string_view part = next(buffer); !part.empty(); part = next(buffer))
    for (const slcan::Received& r : client.feed(part))
      if (r.kind == slcan::Received::Kind::frame)
        out += candump_line({.channel = "can0", .frame = r.frame.frame});
  put(out);
  std::fputs((std::to_string(client.rejected().total()) + "\n").c_str(), stderr);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc == 2 ? argv[1] : "";
  try {
    if (mode == "candump" || mode == "asc") return rewrite(mode == "asc");
    if (mode == "slcan") return serve();
    if (mode == "client") return listen();
  } catch (const evsim::InputError& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
  std::fputs("can_peer candump|asc|slcan|client\n", stderr);
  return 2;
}
