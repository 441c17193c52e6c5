// Serial ports and pseudo terminals of this operating system, as plain bytes.
#pragma once

#include <string>

#include "sim/link/socket.h"

namespace evsim::link {

// For this program alone, 8 data bits, no parity, no flow control. A pseudo terminal has no baud rate and takes any.
// Throws EnvironmentError.
Socket serial_port(const std::string& path, int baud);

// What a program opens at `link` as if it was a serial port. Links that such a program left behind are replaced.
class PseudoTerminal {
 public:
  // Throws EnvironmentError.
  explicit PseudoTerminal(std::string link);
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;
  ~PseudoTerminal();

  // Our side, once.
  Socket take_handle() { return std::move(ours_); }
  const std::string& link() const { return link_; }
  // Throws away what was written to the other side and nobody has read.
  void drop_unread() const;

 private:
  Socket ours_, theirs_;  // theirs stays open here: programs may come and go
  std::string link_, device_;
};

}  // namespace evsim::link
