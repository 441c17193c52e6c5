// Logs of CAN traffic, read and written: candump's (can-utils) and Vector's ASC.
//
// candump -L, one frame a line; the direction at its end is optional:
//   (1436509052.249713) vcan0 123#1122AA T       123: standard, 00000123: extended identifier
//   (0.1) can0 12345678#R5                       remote frame
//   (0.2) can0 123##3AABB                        CAN FD: 1 bit rate switch, 2 error state, 4 set by newer ones
//   (0.3) can0 20000080#0000000000000000         error frame of SocketCAN
// ASC, after  base hex|dec timestamps absolute|relative :
//   0.250000 1  123x  Rx   d 8 00 11 22 33 44 55 66 77         classical, x: extended; r: remote; dlc in the base
//   0.250000 CANFD  1 Rx  123  [name]  1 0 f 64 00 .. [more]   bit rate switch, error state, dlc (hex), bytes (decimal)
//   0.250000 1  ErrorFrame
// Other lines of ASC (comments, events, statistics) are passed over and counted. An error frame in ASC has no contents and no
// direction, any other frame one: unknown is written as Rx.
// Times are whole nanoseconds: 6 decimals are written, 9 where they are needed. A log written and read again is the same.
//
// Sources: can-utils, lib.h and log2asc.c; python-can 4.6, io/canutils.py and io/asc.py.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/base/time.h"
#include "sim/link/can_frame.h"

namespace evsim::can {

enum class Direction { unknown, received, transmitted };

struct LogEntry {
  TimeNs t = 0;         // [ns], >= 0, as written: since 1970, or since the log began
  std::string channel;  // candump: the interface; ASC: "1" and up
  Frame frame;
  Direction direction = Direction::unknown;

  bool operator==(const LogEntry&) const = default;
};

struct CanLog {
  std::vector<LogEntry> entries;
  std::string date;     // of ASC, as it stands there
  int passed_over = 0;  // lines of ASC that are no frames
};

// What the text of `file` holds. Throws InputError with all that is wrong: at most 20 problems, the rest counted.
CanLog read_candump(std::string_view text, const std::string& file);
CanLog read_asc(std::string_view text, const std::string& file);

// One line with its end. The entry's frame is valid or an error frame, the channel is a word; in ASC a number.
std::string candump_line(const LogEntry& e);
std::string asc_line(const LogEntry& e);
// Before the first and after the last line of ASC. The date as "Thu Jan 01 00:00:00.000 1970".
std::string asc_head(std::string_view date);
std::string asc_tail();

}  // namespace evsim::can
