// What tests/link/can_peers.py talks to, on standard input and output:
//   can_peer candump|asc    a log, read and written again
//   can_peer echo ADDRESS   a port that sends back every frame; says its name, and as the input ends what it counted
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"
#include "sim/link/can_log.h"
#include "sim/link/can_port.h"

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

bool input_ended(double seconds, const Port& port) {
  std::vector<evsim::link::Waitable> handles{{.handle = STDIN_FILENO}};
  if (!evsim::link::wait_for_handles(handles, 0)) {
    port.wait_on(handles);
    evsim::link::wait_for_handles(handles, seconds);
    return false;
  }
  std::array<char, 4096> buffer;
  return next(buffer).empty();
}

int echo(std::string_view address) {
  const std::unique_ptr<Port> port = open_port(port_address(address));
  put(port->name() + "\n");
  constexpr double kPatience = 30;  // with a peer that does not read [s]
  while (!input_ended(0.1, *port))
    while (const auto a = port->receive())
      if (send(*port, a->frame, kPatience) != Sent::done) break;
  const PortStatus s = port->status();
  std::fprintf(stderr, "%lld %lld %lld %lld %lld\n", static_cast<long long>(s.received),
               static_cast<long long>(s.sent), static_cast<long long>(s.unsent),
               static_cast<long long>(s.lost), static_cast<long long>(s.rejected));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  try {
    if (argc == 2 && (mode == "candump" || mode == "asc")) return rewrite(mode == "asc");
    if (argc == 3 && mode == "echo") return echo(argv[2]);
  } catch (const evsim::InputError& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 4;
  }
  std::fputs("can_peer candump | asc | echo ADDRESS\n", stderr);
  return 2;
}
