#include "sim/link/byte_stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace evsim::link {
namespace {

constexpr std::size_t kMost = 65536;  // of one read() [byte]

bool for_now() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// Without a signal where a socket's other side has gone.
ssize_t written(int handle, std::string_view bytes) {
  const ssize_t n = ::send(handle, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return n < 0 && errno == ENOTSOCK ? ::write(handle, bytes.data(), bytes.size()) : n;
}

}  // namespace

std::string_view ByteStream::read() {
  if (!handle_) return {};
  buffer_.resize(kMost);
  const ssize_t n = ::read(handle_.handle(), buffer_.data(), buffer_.size());
  if (n > 0) return {buffer_.data(), static_cast<std::size_t>(n)};
  if (n == 0 || !for_now()) *this = ByteStream();
  return {};
}

void ByteStream::write(std::string_view bytes) {
  if (!handle_) return;
  unwritten_ += bytes;
  flush();
}

void ByteStream::flush() {
  std::size_t done = 0;
  while (handle_ && done < unwritten_.size()) {
    const ssize_t n = written(handle_.handle(), std::string_view(unwritten_).substr(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && !for_now()) {
      *this = ByteStream();
      return;
    }
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  unwritten_.erase(0, done);
}

void ByteStream::wait_on(std::vector<Waitable>& out) const {
  if (handle_) out.push_back({.handle = handle_.handle(), .to_write = !unwritten_.empty()});
}

}  // namespace evsim::link
