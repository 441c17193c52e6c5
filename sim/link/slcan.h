// The ASCII protocol of serial CAN adapters (slcan): bytes to frames and commands, and back. No port is opened here.
//
//   t IIIL DD..        data frame, 11-bit identifier; T IIIIIIIIL DD.. 29-bit; r, R remote frames
//   d, D / b, B        the same in CAN FD without / with bit rate switch; L is the data length code in hex
//   S0..S9, sXXYY      bit rate, bit timing registers;  Yn data bit rate;  O, L, C open, open to listen, close
//   V, v, N, F         versions, serial number, status flags;  Z0, Z1 time stamps;  M, m, W filter;  X poll;  U speed
// A line ends with CR; the adapter answers CR (z or Z before it for a frame), or BEL for a line that it refuses. A LF after CR
// is passed over. Frames from an adapter may end with a time stamp of four hex digits [ms], modulo one minute.
// Of the Linux driver's extensions: e1a (bus errors), sa000000 (state and error counters), from the adapter.
//
// Status flags of F, as a controller's state shows in them: 04 a counter at 96 or above, 20 error passive, 08 frames were lost
// since it was asked last. Bus-off has no flag of its own: A4, with 80, bus error, as long as it lasts.
//
// Sources: LAWICEL, CANUSB and CAN232 manuals (the classical commands, the flags); CANable 2.0 firmware, README (d D b B, Yn); python-can 4.6,
// interfaces/slcan.py; Linux, drivers/net/can/slcan/slcan-core.c (e, s). S7 is 800 kbit/s in LAWICEL's and the kernel's,
// 750 kbit/s in CANable's and python-can's, which has S9, 83.3 kbit/s, beside it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/time.h"
#include "sim/link/can_frame.h"

namespace evsim::can::slcan {

// What was thrown away, by reason. After it the next line counts again.
struct Rejected {
  std::int64_t overlong = 0;   // lines longer than any can be
  std::int64_t unknown = 0;    // lines with an unknown first letter
  std::int64_t malformed = 0;  // lines of a known one
  std::int64_t refused =
      0;  // right lines that can't be followed now: channel closed or open, no room

  std::int64_t total() const { return overlong + unknown + malformed + refused; }
  bool operator==(const Rejected&) const = default;
};

// Cuts a stream into lines, however it arrives.
class Lines {
 public:
  static constexpr std::size_t kLongest = 256;  // [byte]; a frame has at most 146
  enum class End { none, carriage_return, bell, overlong };

  // The end of a line, if this byte is one: line() is what stood before it.
  End feed(char byte);
  std::string_view line() const { return line_; }

 private:
  std::string line_;
  bool ended_ = true, overlong_ = false;
};

// ---- Frames ------------------------------------------------------------------------------------

struct Stamped {
  Frame frame;
  std::optional<std::uint32_t>
      stamp;  // four digits [ms] modulo 60,000, or eight in the adapter's own unit
  bool operator==(const Stamped&) const = default;
};
// A line, without its end; nothing if it is no frame.
std::optional<Stamped> frame_of(std::string_view line);

// Adds the line with its CR; with a stamp [ms] if there is one. False, and nothing added, for what can't be said: invalid
// frames and error frames. The error state indicator of CAN FD has no place and is lost.
bool append(std::string& out, const Frame& f, std::optional<std::uint32_t> stamp = std::nullopt);

// Letters of e lines, as a frame with SocketCAN's error classes, and back.
std::optional<Frame> error_of(std::string_view letters);
std::string error_letters(const Frame& f);

// ---- As the computer: speaks to an adapter -----------------------------------------------------

struct Channel {
  int bit_rate = 500'000;  // [bit/s]
  int data_bit_rate = 0;   // [bit/s]; 0: none is set
  bool listen_only = false, stamps = false;
};
// Closes, sets and opens; nothing if a bit rate has no code.
std::optional<std::string> opening(const Channel& c);
// "10000, 20000, ... and for data 500000, ..." [bit/s].
std::string known_bit_rates();
inline constexpr std::string_view kClosing = "C\r";

struct Received {
  enum class Kind {
    frame,
    done,           // CR alone: the last command was followed
    refused,        // BEL
    sent,           // z or Z: a frame was taken
    version,        // text: what follows the letter V or v
    serial_number,  // text
    status,         // number: the flags
    state,          // text: a, w, p, b (active, warning, passive, bus-off); rec, tec
    bus_error,      // frame: an error frame
  };
  Kind kind = Kind::done;
  Stamped frame = {};
  std::string text = {};
  int number = 0, rec = 0, tec = 0;
};

class Client {
 public:
  std::vector<Received> feed(std::string_view bytes);
  const Rejected& rejected() const { return rejected_; }

 private:
  void line(std::string_view text, std::vector<Received>& out);

  Lines lines_;
  Rejected rejected_;
};

// ---- As the adapter: serves a computer ---------------------------------------------------------

// What the computer asks for; whether it is granted decides the answer.
struct Request {
  enum class Kind { open, listen, close, bit_rate, data_bit_rate, bit_timing, filter, send };
  Kind kind = Kind::send;
  int bit_rate = 0;       // [bit/s], of bit_rate and data_bit_rate
  std::string text = {};  // of bit_timing and filter: the line
  Frame frame = {};
};

struct DeviceSettings {
  int s7 = 800'000;                    // [bit/s], what S7 sets
  std::string version = "1013";        // four digits: hardware, software
  std::string serial = "EV01";         // four letters or digits
  bool answers_frames_with_z = true;   // else with CR alone
  bool reports_errors = false;         // e and s lines, which Linux reads
  std::size_t most_unread = 1u << 20;  // [byte] of output that nobody takes; frames beyond are lost
};

class Device {
 public:
  using Grant = std::function<bool(const Request&)>;

  explicit Device(DeviceSettings settings = {}) : settings_(std::move(settings)) {}

  // What the computer sent; answers go to the output.
  void feed(std::string_view bytes, const Grant& grant);
  // A frame from the bus, for the computer: to the output if the channel is open.
  void deliver(const Frame& f, TimeNs t);
  // The controller's state, a, w, p or b: in the status flags, and as a line if errors are reported.
  void report_state(char state, int rec, int tec);
  char state() const { return state_; }

  // What is to be sent to the computer, once.
  std::string take_output();

  bool is_open() const { return open_; }
  std::int64_t lost() const { return lost_; }
  const Rejected& rejected() const { return rejected_; }

 private:
  enum class Answer { done, bell, silence };
  Answer line(std::string_view text, const Grant& grant);
  Answer send(std::string_view text, const Grant& grant);
  Answer set(std::string_view text, const Grant& grant);
  Answer ask(std::string_view text);
  Answer malformed();
  Answer refused();
  Answer granted(bool yes) { return yes ? Answer::done : refused(); }

  DeviceSettings settings_;
  Lines lines_;
  Rejected rejected_;
  std::string output_;
  std::int64_t lost_ = 0;
  bool open_ = false, listens_only_ = false, stamps_ = false, lost_since_asked_ = false;
  char state_ = 'a';
};

}  // namespace evsim::can::slcan
