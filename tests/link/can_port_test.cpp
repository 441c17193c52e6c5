// Ports at both ends of a pseudo terminal and of a TCP connection. SocketCAN is tried in tests/can_vm.
#include "sim/link/can_port.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <stdexcept>

#include "sim/base/errors.h"
#include "sim/link/slcan.h"

namespace evsim::can {
namespace {

namespace fs = std::filesystem;
using Kind = PortAddress::Kind;

std::string refusal(std::string_view address) {
  try {
    port_address(address);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}
std::string trouble_of(std::string_view address) {
  try {
    open_port(port_address(address));
  } catch (const EnvironmentError& e) {
    return e.what();
  }
  return "";
}
bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(CanPort, addresses_are_read) {
  const PortAddress vcan =
      port_address("socketcan://vcan0?filter=123:7FF,00000123:1FFFFFFF&errors=on");
  EXPECT_EQ(vcan.kind, Kind::socketcan);
  EXPECT_EQ(vcan.place, "vcan0");
  EXPECT_TRUE(vcan.errors);
  EXPECT_FALSE(vcan.fd.has_value());
  EXPECT_EQ(vcan.filters, (std::vector<Filter>{{0x123, 0x7FF, false}, {0x123, 0x1FFFFFFF, true}}));

  const PortAddress serial =
      port_address("slcan:///dev/ttyACM0?bit_rate=250000&data_bit_rate=2000000&baud=1000000");
  EXPECT_EQ(serial.kind, Kind::slcan_serial);
  EXPECT_EQ(serial.place, "/dev/ttyACM0");
  EXPECT_EQ(serial.bit_rate, 250000);
  EXPECT_EQ(serial.data_bit_rate, 2000000);
  EXPECT_EQ(serial.baud, 1000000);
  EXPECT_EQ(serial.fd, true);

  const PortAddress tcp = port_address("slcan://bench:3333?listen_only=on");
  EXPECT_EQ(tcp.kind, Kind::slcan_tcp);
  EXPECT_EQ(tcp.endpoint.host, "bench");
  EXPECT_EQ(tcp.endpoint.port, 3333);
  EXPECT_TRUE(tcp.listen_only);

  const PortAddress server = port_address("slcan-server://:0?fd=off");
  EXPECT_EQ(server.kind, Kind::slcan_server);
  EXPECT_EQ(server.endpoint.host, "127.0.0.1");
  EXPECT_EQ(server.fd, false);

  EXPECT_EQ(port_address("slcan-pty:///tmp/can").kind, Kind::slcan_pty);
}

TEST(CanPort, a_wrong_address_is_refused_with_what_would_do) {
  EXPECT_TRUE(says(refusal("vcan0"), "must be socketcan://INTERFACE"));
  EXPECT_TRUE(says(refusal("pcan://x"), "unknown kind 'pcan'"));
  EXPECT_TRUE(says(refusal("socketcan://"), "names no interface"));
  EXPECT_TRUE(says(refusal("slcan-pty://relative"), "has no path"));
  EXPECT_TRUE(says(refusal("slcan://bench"), "has no port"));
  EXPECT_TRUE(says(refusal("socketcan://can0?bitrate=1"), "unknown key 'bitrate'"));
  EXPECT_TRUE(says(refusal("socketcan://can0?bit_rate=500000"), "ip link set can0"));
  EXPECT_TRUE(says(refusal("slcan-server://:0?bit_rate=500000"), "by the computer"));
  EXPECT_TRUE(says(refusal("slcan:///dev/x?bit_rate=123456"), "500000"));
  EXPECT_TRUE(says(refusal("slcan:///dev/x?bit_rate=fast"), "got 'fast'"));
  EXPECT_TRUE(says(refusal("slcan:///dev/x?data_bit_rate=2000000&fd=off"), "fd: got off"));
  EXPECT_TRUE(says(refusal("slcan://:1?baud=9600"), "unknown key 'baud'"));
  for (const char* filter : {"123", "800:7FF", "123:XYZ", "123456789:1", "", "123:7FF,"})
    EXPECT_TRUE(says(refusal(std::string("socketcan://can0?filter=") + filter), "ID:MASK"))
        << filter;
  EXPECT_TRUE(says(refusal("socketcan://can0?fd=1"), "on or off"));
}

TEST(CanPort, filters_take_frames_of_their_own_format) {
  const std::vector<Filter> filters{{0x120, 0x7F0, false}, {0x400, 0x1FFFFFFF, true}};
  EXPECT_TRUE(passes(filters, {.id = 0x12F}));
  EXPECT_FALSE(passes(filters, {.id = 0x130}));
  EXPECT_FALSE(passes(filters, {.id = 0x120, .extended = true}));
  EXPECT_TRUE(passes(filters, {.id = 0x400, .extended = true}));
  EXPECT_TRUE(passes(filters, {.id = 0x40, .error = true}));
  EXPECT_TRUE(passes({}, {.id = 0x7FF}));
}

// Error frames as drivers/net/can/dev/dev.c of Linux makes them.
TEST(CanPort, error_frames_tell_the_state) {
  PortStatus s;
  count_error(s, {.id = 0x204, .error = true, .length = 8, .data = {0, 0x20, 0, 0, 0, 0, 128, 3}});
  EXPECT_EQ(s.state, ErrorState::passive);
  EXPECT_EQ(s.tec, 128);
  EXPECT_EQ(s.rec, 3);
  count_error(s, {.id = 0x40, .error = true, .length = 8});
  count_error(s, {.id = 0x40, .error = true, .length = 8});
  EXPECT_EQ(s.state, ErrorState::bus_off);
  EXPECT_EQ(s.bus_offs, 1);
  count_error(s, {.id = 0x100, .error = true, .length = 8});
  EXPECT_EQ(s.state, ErrorState::active);
  EXPECT_EQ(s.tec, 0);
  count_error(s, {.id = 0x04, .error = true, .length = 8, .data = {0, 0x01}});
  EXPECT_EQ(s.lost, 1);
  EXPECT_EQ(s.state, ErrorState::active);
  EXPECT_EQ(s.errors, 5);
}

TEST(CanPort, what_cant_be_opened_says_why) {
  EXPECT_TRUE(says(trouble_of("slcan:///dev/no_such_port"), "/dev/no_such_port: No such file"));
  EXPECT_TRUE(says(trouble_of("slcan:///dev/null"), "is no serial port"));
  EXPECT_TRUE(says(trouble_of("slcan-pty:///no/such/folder/can"), "can't make a link"));
  const std::string socketcan =
      trouble_of("socketcan://no_such_one");  // with a kernel that has CAN, or without
  EXPECT_TRUE(says(socketcan, "no such interface") || says(socketcan, "has no CAN")) << socketcan;
}

// ---- Two ports, one at each end --------------------------------------------------------------------

struct Ends {
  std::unique_ptr<Port> adapter, computer;
};
class CanPorts : public testing::TestWithParam<const char*> {
 protected:
  CanPorts() {
    std::string pattern = (fs::temp_directory_path() / "evsim_can_XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~CanPorts() override { fs::remove_all(folder_); }

  bool tcp() const { return std::string_view(GetParam()) == "tcp"; }
  std::string link() const { return folder_ + "/can"; }
  std::unique_ptr<Port> serve(const std::string& more = "") const {
    return open_port(port_address((tcp() ? "slcan-server://:0" : "slcan-pty://" + link()) + more));
  }
  std::unique_ptr<Port> join(const Port& adapter,
                             const std::string& more = "?data_bit_rate=2000000") const {
    const std::string place = tcp() ? adapter.name().substr(15) : link();
    return open_port(port_address("slcan://" + place + more));
  }
  Ends ends() const {
    Ends out{.adapter = serve(), .computer = {}};
    out.computer = join(*out.adapter);
    until_open(*out.adapter);
    return out;
  }
  static void until_open(Port& adapter) {
    for (int i = 0; i < 500 && !adapter.status().open; ++i) {
      wait_for(adapter, 0.01);
      EXPECT_FALSE(adapter.receive().has_value());
    }
    ASSERT_TRUE(adapter.status().open);
  }
  // The next frame, within five seconds.
  static Frame next(Port& port) {
    for (int i = 0; i < 500; ++i) {
      if (const auto a = port.receive()) return a->frame;
      wait_for(port, 0.01);
    }
    ADD_FAILURE() << port.name() << ": no frame";
    return {};
  }

  std::string folder_;
};
INSTANTIATE_TEST_SUITE_P(Over, CanPorts, testing::Values("tcp", "pty"),
                         [](const auto& which) { return std::string(which.param); });

const Frame kClassic{.id = 0x123, .length = 3, .data = {1, 2, 3}};
const Frame kFd{.id = 0x1ABCDEF0,
                .extended = true,
                .fd = true,
                .bit_rate_switch = true,
                .length = 64,
                .data = {9, 8, 7}};

TEST_P(CanPorts, frames_pass_both_ways_unchanged) {
  Ends e = ends();
  EXPECT_EQ(e.adapter->bit_rate(), 500000);
  EXPECT_TRUE(e.adapter->fd() && e.computer->fd());
  for (const Frame& f : {kClassic, kFd, Frame{.id = 5, .remote = true, .length = 4}}) {
    EXPECT_EQ(send(*e.computer, f, 1.0), Sent::done);
    EXPECT_EQ(next(*e.adapter), f);
    EXPECT_EQ(send(*e.adapter, f, 1.0), Sent::done);
    EXPECT_EQ(next(*e.computer), f);
  }
  for (const Port* p : {e.adapter.get(), e.computer.get()}) {
    EXPECT_EQ(p->status().sent, 3);
    EXPECT_EQ(p->status().received, 3);
    EXPECT_EQ(p->status().rejected, 0);
  }
}

TEST_P(CanPorts, what_cant_be_sent_is_refused_with_its_reason) {
  Ends e = ends();
  EXPECT_EQ(e.computer->send({.id = 0x800}), Sent::refused);
  EXPECT_EQ(e.computer->send({.id = 1, .error = true}), Sent::refused);
  EXPECT_EQ(e.computer->status().unsent, 2);
  e.computer = nullptr;
  e.computer = join(*e.adapter, "?bit_rate=250000");
  until_open(*e.adapter);
  EXPECT_EQ(e.computer->send(kFd), Sent::refused);
  EXPECT_EQ(e.computer->send(kClassic), Sent::done);
  EXPECT_EQ(next(*e.adapter), kClassic);
  EXPECT_EQ(e.adapter->bit_rate(), 250000);
}

TEST_P(CanPorts, nobody_takes_frames_before_the_channel_is_open_and_after_it_was_closed) {
  Ends e{.adapter = serve(), .computer = {}};
  EXPECT_EQ(e.adapter->send(kClassic), Sent::off);
  e.computer = join(*e.adapter);
  until_open(*e.adapter);
  EXPECT_EQ(e.adapter->send(kClassic), Sent::done);
  e.computer = nullptr;
  for (int i = 0; i < 500 && e.adapter->status().open; ++i) {
    wait_for(*e.adapter, 0.01);
    e.adapter->receive();
  }
  EXPECT_EQ(e.adapter->send(kClassic), Sent::off);
  EXPECT_EQ(e.adapter->status().unsent, 2);
  // The next computer finds nothing of what the first one left.
  e.computer = join(*e.adapter);
  until_open(*e.adapter);
  EXPECT_EQ(send(*e.adapter, kFd, 1.0), Sent::done);
  EXPECT_EQ(next(*e.computer), kFd);
}

TEST_P(CanPorts, filters_hold_on_both_sides) {
  Ends e{.adapter = serve("?filter=100:700"), .computer = {}};
  e.computer = join(*e.adapter, "?filter=00000001:1FFFFFFF");
  until_open(*e.adapter);
  for (const Frame& f : {Frame{.id = 0x200}, Frame{.id = 0x1FF}}) e.computer->send(f);
  EXPECT_EQ(next(*e.adapter).id, 0x1FFu);
  for (const Frame& f : {Frame{.id = 1}, Frame{.id = 1, .extended = true}}) e.adapter->send(f);
  EXPECT_TRUE(next(*e.computer).extended);
}

TEST_P(CanPorts, a_computer_that_does_not_read_fills_the_port_and_loses_nothing) {
  Ends e = ends();
  std::int64_t sent = 0;
  Sent last = Sent::done;
  while (sent < 1'000'000 && last == Sent::done) {
    last = e.adapter->send({.id = static_cast<std::uint32_t>(sent & 0x7FF), .length = 8});
    if (last == Sent::done) ++sent;
  }
  EXPECT_EQ(last, Sent::full);
  for (std::int64_t i = 0; i < sent; ++i) {
    e.adapter->receive();  // writes on
    const Frame f = next(*e.computer);
    if (f.id == static_cast<std::uint32_t>(i & 0x7FF)) continue;
    ADD_FAILURE() << "frame " << i << " of " << sent << " has the identifier " << f.id;
    break;
  }
}

TEST_P(CanPorts, garbage_is_counted_and_disturbs_no_frame_after_it) {
  Ends e = ends();
  EXPECT_EQ(e.adapter->status().rejected, 0);
  const std::string place = tcp() ? e.adapter->name().substr(15) : link();
  e.computer = nullptr;
  link::Socket raw;
  if (tcp())
    raw = link::connected(link::endpoint("tcp://" + place));
  else
    raw = link::Socket(::open(place.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK));
  std::string text = "\x01\xFFxyz\rt12\r" + std::string(1000, 'T') + "\rC\rO\rt0012ABCD\r";
  ASSERT_EQ(::write(raw.handle(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  const Frame f = next(*e.adapter);
  EXPECT_EQ(f, (Frame{.id = 1, .length = 2, .data = {0xAB, 0xCD}}));
  EXPECT_EQ(e.adapter->status().rejected, 3);
}

TEST(CanPort, a_computer_learns_the_state_of_its_controller_from_the_flags_of_the_adapter) {
  const auto adapter = open_port(port_address("slcan-server://:0"));
  const link::Socket raw = link::connected(link::endpoint("tcp://" + adapter->name().substr(15)));
  std::string said;
  const auto ask = [&](std::string_view text) {
    EXPECT_EQ(raw.send({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}),
              link::Io::done);
    for (int i = 0; i < 500 && !said.ends_with('\r'); ++i) {
      adapter->receive();
      const link::Socket* one = &raw;
      link::wait_for(std::span(&one, 1), 0.01);
      std::array<std::uint8_t, 64> bytes{};
      const link::Received got = raw.receive(bytes);
      said.append(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(got.size));
    }
    return std::exchange(said, {});
  };
  EXPECT_EQ(ask("O\r"), "\r");
  EXPECT_EQ(ask("F\r"), "F00\r");
  adapter->tell({.tec = 96});
  EXPECT_EQ(ask("F\r"), "F04\r");
  adapter->tell({.state = ErrorState::passive, .rec = 128});
  EXPECT_EQ(ask("F\r"), "F24\r");
  EXPECT_EQ(adapter->status().rec, 128);
  adapter->tell({.state = ErrorState::bus_off, .tec = 256});
  EXPECT_EQ(ask("F\r"), "FA4\r");
  adapter->tell({});
  EXPECT_EQ(ask("F\r"), "F00\r");
}

TEST(CanPort, a_second_computer_is_turned_away) {
  const auto adapter = open_port(port_address("slcan-server://:0"));
  const std::string address = "slcan://" + adapter->name().substr(15);
  const auto first = open_port(port_address(address));
  for (int i = 0; i < 500 && !adapter->status().open; ++i) {
    wait_for(*adapter, 0.01);
    adapter->receive();
  }
  const auto second = open_port(port_address(address));
  for (int i = 0; i < 500 && second->status().open; ++i) {
    adapter->receive();
    wait_for(*second, 0.01);
    second->receive();
  }
  EXPECT_FALSE(second->status().open);
  EXPECT_EQ(second->status().trouble, "the adapter has gone");
  EXPECT_EQ(second->send(kClassic), Sent::off);
  EXPECT_EQ(send(*adapter, kClassic, 1.0), Sent::done);
  std::vector<link::Waitable> none;
  second->wait_on(none);
  EXPECT_TRUE(none.empty());
}

TEST(CanPort, an_adapter_that_refuses_its_settings_says_which) {
  // It speaks no CAN FD.
  const auto adapter = open_port(port_address("slcan-server://:0?fd=off"));
  const auto computer =
      open_port(port_address("slcan://" + adapter->name().substr(15) + "?data_bit_rate=2000000"));
  for (int i = 0; i < 500 && computer->status().open; ++i) {
    adapter->receive();
    wait_for(*computer, 0.01);
    computer->receive();
  }
  EXPECT_EQ(computer->status().trouble, "the adapter refused the command Y2");
}

TEST_P(CanPorts, an_adapter_that_was_away_is_used_again_once_it_is_back) {
  Ends e = ends();
  const std::string address = tcp() ? e.adapter->name() : "slcan-pty://" + link();
  EXPECT_EQ(send(*e.computer, kClassic, 1.0), Sent::done);
  EXPECT_EQ(next(*e.adapter), kClassic);
  e.adapter = nullptr;
  for (int i = 0; i < 500 && e.computer->status().open; ++i) {
    wait_for(*e.computer, 0.01);
    e.computer->receive();
  }
  EXPECT_EQ(e.computer->status().trouble, "the adapter has gone");
  EXPECT_EQ(e.computer->send(kClassic), Sent::off);
  wait_for(*e.computer, 0.3);  // nobody is there
  e.computer->receive();
  EXPECT_FALSE(e.computer->status().open);
  EXPECT_EQ(e.computer->send(kClassic), Sent::off);

  e.adapter = open_port(port_address(address));
  for (int i = 0; i < 500 && !(e.computer->status().open && e.adapter->status().open); ++i) {
    wait_for(*e.computer, 0.01);
    e.computer->receive();
    e.adapter->receive();
  }
  EXPECT_EQ(e.computer->status().trouble, "");
  EXPECT_EQ(send(*e.computer, kFd, 1.0), Sent::done);
  EXPECT_EQ(next(*e.adapter), kFd);
  EXPECT_EQ(send(*e.adapter, kClassic, 1.0), Sent::done);
  EXPECT_EQ(next(*e.computer), kClassic);
}

// As firmware that starts: its serial line has no receiver yet.
TEST(CanPort, an_adapter_that_has_not_heard_its_commands_is_told_again) {
  link::Endpoint at = link::endpoint("tcp://:0");
  link::Socket listening = link::bound(at);
  const auto computer = open_port(port_address("slcan://127.0.0.1:" + std::to_string(at.port)));
  const link::Socket* one = &listening;
  ASSERT_TRUE(link::wait_for(std::span(&one, 1), 5.0));
  const link::Socket line = listening.accept();
  std::string heard;
  const std::string opening = slcan::opening({}).value();
  for (int i = 0; i < 500 && heard.size() < 2 * opening.size(); ++i) {
    std::array<std::uint8_t, 100> bytes{};
    const auto got = line.receive(bytes);
    heard.append(reinterpret_cast<const char*>(bytes.data()), got.size);
    wait_for(*computer, 0.01);
    computer->receive();
  }
  EXPECT_EQ(heard, opening + opening);
}

TEST(CanPort, a_link_that_a_program_left_behind_is_replaced_and_nothing_else) {
  std::string pattern = (fs::temp_directory_path() / "evsim_can_XXXXXX").string();
  const fs::path folder = mkdtemp(pattern.data());
  fs::create_symlink("/dev/pts/99999", folder / "left");
  fs::create_symlink("/etc/hostname", folder / "other");
  {
    const auto port = open_port(port_address("slcan-pty://" + (folder / "left").string()));
    EXPECT_NE(fs::read_symlink(folder / "left"), "/dev/pts/99999");
  }
  EXPECT_FALSE(fs::is_symlink(folder / "left"));
  EXPECT_TRUE(says(trouble_of("slcan-pty://" + (folder / "other").string()), "File exists"));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace evsim::can
