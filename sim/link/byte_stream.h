// Bytes to a serial port, a pseudo terminal or a socket, and from it, with those that wait to be written. Nothing here waits.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/link/socket.h"

namespace evsim::link {

class ByteStream {
 public:
  ByteStream() = default;
  // A handle that never waits.
  explicit ByteStream(Socket handle) : handle_(std::move(handle)) {}

  explicit operator bool() const { return static_cast<bool>(handle_); }
  // What has come, some of it; valid until the next read(). Ends the stream where the other side has closed it.
  std::string_view read();
  // Takes all, and writes what there is room for.
  void write(std::string_view bytes);
  void flush();
  std::size_t unwritten() const { return unwritten_.size(); }
  void drop_unwritten() { unwritten_.clear(); }
  void wait_on(std::vector<Waitable>& out) const;

 private:
  Socket handle_;
  std::string unwritten_;
  std::vector<char> buffer_;
};

}  // namespace evsim::link
