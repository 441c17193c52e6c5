// What tests/can_vm/inside.sh runs in the machine:
//   can_vm_peer exchange A B COUNT [data]      COUNT random frames from port A to port B and as many back at the same time, with
//                                              remote frames or data frames only: none may be lost, altered, doubled or out
//                                              of its order
//   can_vm_peer bus_off LINK INTERFACE         an adapter at LINK whose bus is the model of can_bus.h. The driver that Linux has
//                                              for such adapters is at INTERFACE, and a port there. The wire is disturbed until
//                                              the node is in bus-off, and it comes back: the port must see what the model says
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/errors.h"
#include "sim/link/byte_stream.h"
#include "sim/link/can_bus.h"
#include "sim/link/can_port.h"
#include "sim/link/serial_port.h"
#include "sim/link/slcan.h"

namespace {

using namespace evsim::can;
namespace link = evsim::link;

constexpr double kPatience = 60;  // [s]

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

// An interface may not be there yet: its driver is being attached.
std::unique_ptr<Port> opened(const std::string& address) {
  const double deadline = link::wall_clock() + kPatience;
  for (;;) try {
      return open_port(port_address(address));
    } catch (const evsim::EnvironmentError&) {
      if (link::wall_clock() > deadline) throw;
      link::wait_for_handles({}, 0.05);
    }
}

// ---- exchange -------------------------------------------------------------------------------------

struct Kinds {
  bool fd = false, remote = true;
};
Frame random_frame(std::mt19937& random, const Kinds& kinds) {
  const bool fd = kinds.fd;
  Frame f{.extended = random() % 2 == 0, .fd = fd && random() % 2 == 0};
  f.id =
      static_cast<std::uint32_t>(random()) & (f.extended ? kLargestExtendedId : kLargestStandardId);
  f.remote = kinds.remote && !f.fd && random() % 8 == 0;
  f.bit_rate_switch = f.fd && random() % 2 == 0;
  f.length = length_of(static_cast<int>(random() % (f.fd ? 16 : 9)));
  if (!f.remote)
    for (std::size_t i = 0; i < f.length; ++i) f.data[i] = static_cast<std::uint8_t>(random());
  return f;
}

std::string text_of(const Frame& f) {
  std::string out;
  slcan::append(out, f);
  return out;
}

// One way of the exchange: both ends draw the same frames.
struct Way {
  Port& from;
  Port& to;
  std::mt19937 sent_random, received_random;
  long sent = 0, received = 0;

  void step(long count, const Kinds& kinds) {
    constexpr long kMostUnderWay = 100;  // fewer than any queue on the way holds
    while (sent < count && sent - received < kMostUnderWay) {
      std::mt19937 ahead = sent_random;
      const Frame f = random_frame(ahead, kinds);
      const Sent result = from.send(f);
      if (result == Sent::full) break;
      if (result != Sent::done) fail(from.name() + " does not take " + text_of(f));
      sent_random = ahead;
      ++sent;
    }
    while (const auto a = to.receive()) {
      const Frame expected = random_frame(received_random, kinds);
      if (received == count || !(a->frame == expected))
        fail(to.name() + ": frame " + std::to_string(received) + " is " + text_of(a->frame) +
             " for " + text_of(expected));
      ++received;
    }
  }
};

int exchange(const std::string& at_a, const std::string& at_b, long count, bool remote) {
  const auto a = opened(at_a);
  const auto b = opened(at_b);
  const Kinds kinds{.fd = a->fd() && b->fd(), .remote = remote};
  double deadline = link::wall_clock() + kPatience;
  while (!a->status().open || !b->status().open) {
    a->receive();
    b->receive();
    link::wait_for_handles({}, 0.001);
    if (link::wall_clock() > deadline) fail("nobody has opened the channel");
  }
  Way there{*a, *b, std::mt19937(1), std::mt19937(1)},
      back{*b, *a, std::mt19937(2), std::mt19937(2)};
  deadline = link::wall_clock() + kPatience;
  while (there.received < count || back.received < count) {
    const long before = there.received + back.received;
    there.step(count, kinds);
    back.step(count, kinds);
    if (there.received + back.received > before) {
      deadline = link::wall_clock() + kPatience;
      continue;
    }
    if (link::wall_clock() > deadline)
      fail("stands still after " + std::to_string(there.received) + " and " +
           std::to_string(back.received) + " frames");
    std::vector<link::Waitable> handles;
    a->wait_on(handles);
    b->wait_on(handles);
    link::wait_for_handles(handles, 0.001);
  }
  for (const Port* p : {a.get(), b.get()})
    if (const PortStatus s = p->status();
        s.sent != count || s.received != count || s.lost + s.rejected + s.errors > 0)
      fail(p->name() + " counted otherwise");
  const std::string rate =
      b->bit_rate() == 0 ? "" : ", " + std::to_string(b->bit_rate()) + " bit/s";
  std::printf("%ld frames%s each way between %s and %s%s, none lost or altered\n", count,
              kinds.fd ? " with CAN FD" : "", a->name().c_str(), b->name().c_str(), rate.c_str());
  return 0;
}

// ---- bus-off --------------------------------------------------------------------------------------

char letter_of(ErrorState s) {
  return s == ErrorState::bus_off ? 'b' : s == ErrorState::passive ? 'p' : 'a';
}

int bus_off(const std::string& path, const std::string& interface) {
  link::PseudoTerminal terminal(path);
  link::ByteStream stream(terminal.take_handle());
  slcan::DeviceSettings settings;
  settings.reports_errors = true;
  slcan::Device device(settings);
  std::vector<Frame> from_linux;
  const auto serve = [&] {
    device.feed(stream.read(), [&](const slcan::Request& r) {
      if (r.kind == slcan::Request::Kind::send) from_linux.push_back(r.frame);
      return true;
    });
    stream.write(device.take_output());
  };
  double deadline = link::wall_clock() + kPatience;
  while (!device.is_open()) {
    serve();
    link::wait_for_handles({}, 0.001);
    if (link::wall_clock() > deadline) fail("nobody has opened the channel");
  }
  const auto port = opened("socketcan://" + interface + "?errors=on");
  if (port->send({.id = 0x123, .length = 2, .data = {0x12, 0x34}}) != Sent::done)
    fail("the interface takes no frame");
  while (from_linux.empty()) {
    serve();
    if (link::wall_clock() > deadline) fail("no frame came from Linux");
  }

  Bus bus;
  const int node = bus.add_node();
  bus.add_node();
  bus.add_fault({.kind = BusFault::Kind::disturb, .frames = 32, .bit = 3});
  bus.send(node, from_linux.front());
  int seen = 0;
  constexpr evsim::TimeNs kStep = 2'000, kEnd = 100'000'000;  // a bit; 128 times 11 bits are 2.8 ms
  for (evsim::TimeNs t = 0; t < kEnd; t += kStep)
    for (const BusEvent& e : bus.advance(t)) {
      if (e.node != node || e.kind != BusEvent::Kind::state) continue;
      const NodeStatus& model = bus.status(node);
      device.report_state(letter_of(e.state), model.rec, model.tec);
      stream.write(device.take_output());
      deadline = link::wall_clock() + kPatience;
      while (port->status().state != e.state) {
        port->receive();
        serve();
        link::wait_for_handles({}, 0.001);
        if (link::wall_clock() > deadline)
          fail(std::string("the port has not come to the state ") + letter_of(e.state));
      }
      const PortStatus s = port->status();
      std::printf("%s%c at %.6f s, TEC %d / %d",
                  seen > 0 ? "; " : "model / port: ", letter_of(e.state), evsim::seconds(e.t),
                  model.tec, s.tec);
      if (e.state == ErrorState::passive && s.tec != model.tec) fail("wrong counter");
      if (e.state == ErrorState::bus_off && port->send({.id = 1}) != Sent::off)
        fail("takes a frame in bus-off");
      ++seen;
    }
  std::printf("\n");
  if (seen != 3 || port->status().bus_offs != 1) fail("the model does not go to bus-off and back");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> a(argv + 1, argv + argc);
  try {
    const bool data = a.size() == 5 && a[4] == "data";
    if ((a.size() == 4 || data) && a[0] == "exchange")
      return exchange(a[1], a[2], std::atol(a[3].c_str()), !data);
    if (a.size() == 3 && a[0] == "bus_off") return bus_off(a[1], a[2]);
  } catch (const std::exception& e) {
    std::printf("%s\n", e.what());
    return 1;
  }
  std::fputs("can_vm_peer exchange A B COUNT [data] | bus_off LINK INTERFACE\n", stderr);
  return 2;
}
