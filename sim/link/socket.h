// Sockets of this operating system: TCP and Unix streams, UDP, pairs of named pipes, and nothing of what passes through
// them. Nothing here waits but wait_for().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evsim::link {

enum class Transport : std::uint8_t { tcp, udp, unix_stream, fifo };

// tcp://HOST:PORT, udp://HOST:PORT, unix:///PATH, fifo:///PATH. HOST left out: 127.0.0.1, which no other machine reaches.
// fifo: two named pipes, as the controller sees them: it reads PATH.in and writes PATH.out.
struct Endpoint {
  Transport transport = Transport::tcp;
  std::string host = "127.0.0.1";  // a name or a number
  int port = 0;                    // 0: one that is free
  std::string path;                // of a Unix socket, or of pipes
};
// Throws std::invalid_argument saying what is wrong.
Endpoint endpoint(std::string_view text);
std::string to_string(const Endpoint& e);

// Where a datagram came from.
struct Address {
  std::vector<std::uint8_t> bytes;
  bool operator==(const Address&) const = default;
};

enum class Io : std::uint8_t { done, would_wait, closed };
struct Received {
  Io io = Io::would_wait;
  std::size_t size = 0;
};

// An open socket, or a pair of pipes; closed as it goes.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int handle) : handle_(handle) {}
  Socket(int from, int to) : handle_(from), to_(to) {}  // pipes
  static Socket listening(std::string pipes);
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();
  explicit operator bool() const { return handle_ >= 0; }
  int handle() const { return handle_; }

  // All of it, or nothing: closed where it can't be sent at once.
  Io send(std::span<const std::uint8_t> bytes) const;
  // Of a stream: as much of it as goes at once.
  Received send_some(std::span<const std::uint8_t> bytes) const;
  Io send_to(const Address& to, std::span<const std::uint8_t> bytes) const;
  Received receive(std::span<std::uint8_t> into) const;
  Received receive_from(std::span<std::uint8_t> into, Address& from) const;
  // Of pipes: what was sent waits to be read. Sockets keep it for who reads later.
  bool is_unread() const;
  // The next who connects; empty where nobody does. Of pipes: who writes first; it gets them, and the next call opens
  // them for another one.
  Socket accept();

 private:
  Socket accept_pipes();

  int handle_ = -1;
  int to_ = -1;        // of pipes: what is sent goes there
  std::string pipes_;  // where it listens at pipes
};

// Bound, and listening where it is a stream; e's port is then the one that it has. Throws EnvironmentError.
Socket bound(Endpoint& e);
// Connected to who listens there. Throws EnvironmentError.
Socket connected(const Endpoint& e);
// Who is at the other side of a TCP connection, and a new connection to it that is not waited for: where nobody listens it
// is closed soon, or empty at once.
Address peer_of(const Socket& connection);
Socket connecting(const Address& to);

// Of a TCP connection: closed when the other machine has not been heard of for some ten seconds.
void notice_silence(const Socket& connection);

// A handle of the operating system and what it is waited for: something to read, or also room to write.
struct Waitable {
  int handle = -1;
  bool to_write = false;
};

// Until one of them has something to read, at most so long [s]; < 0: without end. Bit i: the i-th has, of at most 64. 0 or
// false: nothing came.
std::uint64_t wait_for(std::span<const Socket* const> sockets, double seconds);
bool wait_for_handles(std::span<const Waitable> handles, double seconds);

// Monotonic [s].
double wall_clock();

}  // namespace evsim::link
