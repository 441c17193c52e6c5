// A CAN adapter: frames to a bus and from it, whatever is behind. Nothing here waits.
//
//   socketcan://vcan0                        an interface of Linux (classical CAN and CAN FD)
//   slcan:///dev/ttyACM0?bit_rate=500000     a serial adapter, or a pseudo terminal that serves as one
//   slcan://HOST:PORT                        the same over TCP
//   slcan-server://127.0.0.1:PORT            this program is the adapter, over TCP; HOST left out: 127.0.0.1; port 0: one that is free
//   slcan-pty:///PATH                        this program is the adapter, on a pseudo terminal that PATH links to
//
// After a '?', with '&' between them:
//   bit_rate=500000           [bit/s] what a serial adapter is told [500000]; an interface has the one that `ip link` gave it
//   data_bit_rate=2000000     [bit/s] of CAN FD with bit rate switch, and with it fd=on
//   fd=on|off                 CAN FD [what the interface can; on where this program is the adapter; else off]
//   listen_only=on            frames are received only [off]
//   errors=on                 error frames are received, too [off]; the status follows them in any case. Where this program is
//                             the adapter: the computer is told of each new state of its controller, as Linux reads it
//   filter=123:7FF,00000123:1FFFFFFF   frames that are received: identifier and mask as in candump, 8 digits: extended. A filter
//                             takes frames of its own format; one of several is enough [all frames]
//   baud=115200               [baud] of the serial port [115200]
// A serial adapter that goes is looked for at each receive(), and told its settings again where it is back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/time.h"
#include "sim/link/can_bus.h"
#include "sim/link/can_frame.h"
#include "sim/link/socket.h"

namespace evsim::can {

struct Filter {
  std::uint32_t id = 0, mask = 0;
  bool extended = false;
  bool operator==(const Filter&) const = default;
};
// Whether one of them takes it, or there is none. Error frames pass.
bool passes(std::span<const Filter> filters, const Frame& f);

struct PortAddress {
  enum class Kind : std::uint8_t { socketcan, slcan_serial, slcan_tcp, slcan_server, slcan_pty };
  Kind kind = Kind::socketcan;
  std::string place;                          // interface or path
  link::Endpoint endpoint;                    // of TCP
  int bit_rate = 500'000, data_bit_rate = 0;  // [bit/s]; 0: none is set
  std::optional<bool> fd;
  bool listen_only = false, errors = false;
  std::vector<Filter> filters;
  int baud = 115'200;
};
// Throws std::invalid_argument saying what is wrong.
PortAddress port_address(std::string_view text);

// What became of a frame.
//   done     on its way
//   full     no room now; after wait_for() there may be
//   refused  none that this adapter can send: invalid, CAN FD where it is off, or it only listens
//   off      nobody takes it: no computer has opened the channel, the interface is down or in bus-off, the adapter has gone
enum class Sent : std::uint8_t { done, full, refused, off };

// t [ns]: since 1970, by the kernel where it says so; of a bus in simulated time that time.
struct Arrival {
  Frame frame;
  TimeNs t = 0;
};

struct PortStatus {
  bool open = true;  // the adapter is there; where this program is one: a computer has opened it
  // Where this program is one: times that a computer opened the channel, and others that were sent away.
  std::int64_t opened = 0, turned_away = 0;
  ErrorState state = ErrorState::active;
  int tec = 0, rec = 0;                 // error counters: transmit, receive, as last told
  std::int64_t sent = 0, received = 0;  // frames
  std::int64_t unsent = 0;              // frames that send() did not take
  std::int64_t lost = 0;      // received frames lost in a buffer on the way, as far as it is told
  std::int64_t rejected = 0;  // lines that can't be read, frames that the adapter refused
  std::int64_t errors = 0;    // error frames
  std::int64_t bus_offs = 0;  // times that bus-off began
  std::string trouble;        // why it is not open, where that is known
};
// An error frame (classes of linux/can/error.h): counted, and the state that it tells.
void count_error(PortStatus& s, const Frame& f);

class Port {
 public:
  virtual ~Port() = default;

  virtual Sent send(const Frame& f) = 0;
  // The next frame that has come, also those of other programs at the same interface, but none that was sent here.
  virtual std::optional<Arrival> receive() = 0;
  // Where this program is the adapter: how its controller, which the computer sends by, stands on the bus. Else nothing.
  virtual void tell(const NodeStatus& on_the_bus) { (void)on_the_bus; }
  // What to wait for before the next receive(). None: nothing comes by itself; the adapter has gone.
  virtual void wait_on(std::vector<link::Waitable>& out) const = 0;

  virtual PortStatus status() const = 0;
  // In few words, with the port that was free: "slcan-server://127.0.0.1:4816".
  virtual std::string name() const = 0;
  virtual bool fd() const = 0;       // takes frames of CAN FD
  virtual int bit_rate() const = 0;  // [bit/s]; 0: not known
};

// Throws EnvironmentError with what is wrong and what helps: no such interface, no CAN in this kernel, no permission.
std::unique_ptr<Port> open_port(const PortAddress& a);

// Until a frame may be there or there may be room, at most so long [s]; < 0: without end.
bool wait_for(const Port& port, double seconds);
// Waits while it is full, at most so long [s].
Sent send(Port& port, const Frame& f, double seconds);

}  // namespace evsim::can
