#include "sim/link/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "sim/base/errors.h"

namespace evsim::link {
namespace {

constexpr std::string_view kTcp = "tcp://", kUdp = "udp://", kUnix = "unix://", kFifo = "fifo://";
constexpr std::size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;

[[noreturn]] void refuse(const std::string& what, const Endpoint& e) {
  throw EnvironmentError(what + " " + to_string(e) + ": " + std::generic_category().message(errno));
}

const sockaddr* generic(const sockaddr_un& a) { return reinterpret_cast<const sockaddr*>(&a); }

sockaddr_un unix_address(const Endpoint& e) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  std::memcpy(out.sun_path, e.path.data(), std::min(e.path.size(), kLongestPath));
  return out;
}

using Resolved = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;
Resolved resolved(const Endpoint& e) {
  addrinfo hints{};
  hints.ai_socktype = e.transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(e.host.c_str(), std::to_string(e.port).c_str(), &hints, &found);
  if (error != 0) throw EnvironmentError("host of " + to_string(e) + ": " + gai_strerror(error));
  return {found, freeaddrinfo};
}

void set(int handle, int level, int name, int value = 1) {
  setsockopt(handle, level, name, &value, sizeof value);
}
void never_wait(int handle) { fcntl(handle, F_SETFL, fcntl(handle, F_GETFL, 0) | O_NONBLOCK); }
void send_at_once(int handle) { set(handle, IPPROTO_TCP, TCP_NODELAY); }

int port_of(int handle) {
  sockaddr_storage a{};
  socklen_t size = sizeof a;
  if (getsockname(handle, reinterpret_cast<sockaddr*>(&a), &size) != 0) return 0;
  return ntohs(a.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(a).sin6_port
                                       : reinterpret_cast<sockaddr_in&>(a).sin_port);
}

// A path that a program left behind, which nobody listens at, is free.
bool left_behind(const sockaddr_un& a) {
  const Socket probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return probe && ::connect(probe.handle(), generic(a), sizeof a) != 0 && errno == ECONNREFUSED;
}

Socket bound_unix(const Endpoint& e) {
  Socket out(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto a = unix_address(e);
  const auto try_bind = [&] { return ::bind(out.handle(), generic(a), sizeof a) == 0; };
  if (!out) refuse("no socket at", e);
  if (!try_bind()) {
    if (errno != EADDRINUSE || !left_behind(a)) {
      errno = EADDRINUSE;
      refuse("can't listen at", e);
    }
    ::unlink(e.path.c_str());
    if (!try_bind()) refuse("can't listen at", e);
  }
  return out;
}
Socket bound_inet(Endpoint& e) {
  const auto all = resolved(e);
  for (const addrinfo* a = all.get(); a != nullptr; a = a->ai_next) {
    Socket out(::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol));
    if (!out) continue;
    if (e.transport == Transport::tcp) set(out.handle(), SOL_SOCKET, SO_REUSEADDR);
    if (::bind(out.handle(), a->ai_addr, a->ai_addrlen) != 0) continue;
    e.port = port_of(out.handle());
    return out;
  }
  refuse("can't listen at", e);
}

// ---- Pipes. As the controller sees them: it reads .in and writes .out.

std::string in(const std::string& path) { return path + ".in"; }
std::string out(const std::string& path) { return path + ".out"; }

// Makes one where there is none. One that is there stays: a controller may be waiting at it.
void make_pipe(const std::string& path, const Endpoint& e) {
  if (::mkfifo(path.c_str(), 0600) == 0) return;
  struct stat s {};
  if (errno == EEXIST && ::stat(path.c_str(), &s) == 0 && S_ISFIFO(s.st_mode)) return;
  errno = EEXIST;
  refuse("can't make the pipe " + path + " of", e);
}
// Somebody reads it.
bool is_read(const std::string& path) {
  return static_cast<bool>(Socket(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)));
}

// The simulator's ends. Where it writes it could also read: then nobody waits for it to open, and writing to one who
// has gone is no signal.
Socket ends(const std::string& path) {
  return {::open(out(path).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC),
          ::open(in(path).c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
}
Socket bound_pipes(const Endpoint& e) {
  make_pipe(in(e.path), e);
  make_pipe(out(e.path), e);
  if (is_read(out(e.path))) {
    errno = EADDRINUSE;
    refuse("can't listen at", e);
  }
  return Socket::listening(e.path);
}
// The controller's ends.
Socket connected_pipes(const Endpoint& e) {
  if (!is_read(out(e.path))) refuse("can't reach", e);
  return {::open(in(e.path).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC),
          ::open(out(e.path).c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
}

Io io_of_error() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Io::would_wait : Io::closed;
}

}  // namespace

Endpoint endpoint(std::string_view text) {
  Endpoint out;
  if (text.starts_with(kUnix)) {
    out.transport = Transport::unix_stream;
    out.path = text.substr(kUnix.size());
    if (out.path.empty()) throw std::invalid_argument("has no path; must be unix:///PATH");
    if (out.path.size() > kLongestPath)
      throw std::invalid_argument("its path has " + std::to_string(out.path.size()) +
                                  " characters; must be at most " + std::to_string(kLongestPath));
    return out;
  }
  if (text.starts_with(kFifo)) {
    out.transport = Transport::fifo;
    out.path = text.substr(kFifo.size());
    if (out.path.empty()) throw std::invalid_argument("has no path; must be fifo:///PATH");
    return out;
  }
  if (!text.starts_with(kTcp) && !text.starts_with(kUdp))
    throw std::invalid_argument(
        "must be tcp://HOST:PORT, udp://HOST:PORT, unix:///PATH or fifo:///PATH");
  out.transport = text.starts_with(kTcp) ? Transport::tcp : Transport::udp;
  text.remove_prefix(kTcp.size());
  const auto colon = text.rfind(':');
  const auto digits = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  const bool is_port = !digits.empty() && error == std::errc() &&
                       end == digits.data() + digits.size() && out.port >= 0 && out.port <= 65535;
  if (!is_port) throw std::invalid_argument("has no port from 0 (any) to 65535 at its end");
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!host.empty()) out.host = host;
  return out;
}

std::string to_string(const Endpoint& e) {
  if (e.transport == Transport::unix_stream) return std::string(kUnix) + e.path;
  if (e.transport == Transport::fifo) return std::string(kFifo) + e.path;
  const bool v6 = e.host.find(':') != std::string::npos;
  return std::string(e.transport == Transport::tcp ? kTcp : kUdp) +
         (v6 ? "[" + e.host + "]" : e.host) + ":" + std::to_string(e.port);
}

// ---- Socket ---------------------------------------------------------------------------------------

Socket::Socket(Socket&& other) noexcept
    : handle_(std::exchange(other.handle_, -1)),
      to_(std::exchange(other.to_, -1)),
      pipes_(std::move(other.pipes_)) {}
Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(to_, other.to_);
  std::swap(pipes_, other.pipes_);
  return *this;
}
Socket::~Socket() {
  if (handle_ >= 0) ::close(handle_);
  if (to_ >= 0) ::close(to_);
}
// What the one before has left unread may still be there: its end closes a little after its death is seen.
Socket Socket::listening(std::string pipes) {
  Socket out = ends(pipes);
  std::array<std::uint8_t, 4096> unread{};
  while (::read(out.to_, unread.data(), unread.size()) > 0) continue;
  out.pipes_ = std::move(pipes);
  return out;
}

Io Socket::send(std::span<const std::uint8_t> bytes) const {
  while (!bytes.empty()) {
    const auto n = to_ >= 0 ? ::write(to_, bytes.data(), bytes.size())
                            : ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Io::closed;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return Io::done;
}
Received Socket::send_some(std::span<const std::uint8_t> bytes) const {
  const auto n = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0) return {io_of_error(), 0};
  return {Io::done, static_cast<std::size_t>(n)};
}
Io Socket::send_to(const Address& to, std::span<const std::uint8_t> bytes) const {
  const auto n = ::sendto(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL,
                          reinterpret_cast<const sockaddr*>(to.bytes.data()),
                          static_cast<socklen_t>(to.bytes.size()));
  return n == static_cast<ssize_t>(bytes.size()) ? Io::done : Io::would_wait;
}
Received Socket::receive(std::span<std::uint8_t> into) const {
  const auto n = to_ >= 0 ? ::read(handle_, into.data(), into.size())
                          : ::recv(handle_, into.data(), into.size(), 0);
  if (n < 0) return {io_of_error(), 0};
  return n == 0 ? Received{Io::closed, 0} : Received{Io::done, static_cast<std::size_t>(n)};
}
Received Socket::receive_from(std::span<std::uint8_t> into, Address& from) const {
  sockaddr_storage a{};
  socklen_t size = sizeof a;
  const auto n =
      ::recvfrom(handle_, into.data(), into.size(), 0, reinterpret_cast<sockaddr*>(&a), &size);
  if (n < 0) return {Io::would_wait, 0};  // of one that has gone, too: others go on
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&a);
  from.bytes.assign(bytes, bytes + size);
  return {Io::done, static_cast<std::size_t>(n)};
}
bool Socket::is_unread() const {
  int waiting = 0;
  return to_ >= 0 && ::ioctl(to_, FIONREAD, &waiting) == 0 && waiting > 0;
}
Socket Socket::accept_pipes() {
  if (handle_ < 0 || to_ < 0) *this = listening(pipes_);
  int waiting = 0;
  if (::ioctl(handle_, FIONREAD, &waiting) == 0 && waiting > 0)
    return {std::exchange(handle_, -1), std::exchange(to_, -1)};
  pollfd p{.fd = handle_, .events = POLLIN, .revents = 0};
  const bool was_opened_in_vain = ::poll(&p, 1, 0) > 0 && (p.revents & POLLIN) == 0;
  if (was_opened_in_vain) *this = listening(pipes_);
  return {};
}
Socket Socket::accept() {
  if (!pipes_.empty()) return accept_pipes();
  Socket out(::accept(handle_, nullptr, nullptr));
  if (!out) return {};
  never_wait(out.handle());
  send_at_once(out.handle());
  return out;
}

Socket bound(Endpoint& e) {
  if (e.transport == Transport::fifo) return bound_pipes(e);
  Socket out = e.transport == Transport::unix_stream ? bound_unix(e) : bound_inet(e);
  never_wait(out.handle());
  constexpr int kWaiting = 16;
  if (e.transport != Transport::udp && ::listen(out.handle(), kWaiting) != 0)
    refuse("can't listen at", e);
  return out;
}

Socket connected(const Endpoint& e) {
  if (e.transport == Transport::fifo) return connected_pipes(e);
  if (e.transport == Transport::unix_stream) {
    Socket out(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto a = unix_address(e);
    if (!out || ::connect(out.handle(), generic(a), sizeof a) != 0) refuse("can't reach", e);
    never_wait(out.handle());
    return out;
  }
  const auto all = resolved(e);
  for (const addrinfo* a = all.get(); a != nullptr; a = a->ai_next) {
    Socket out(::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol));
    if (!out || ::connect(out.handle(), a->ai_addr, a->ai_addrlen) != 0) continue;
    never_wait(out.handle());
    if (e.transport == Transport::tcp) send_at_once(out.handle());
    return out;
  }
  refuse("can't reach", e);
}

Address peer_of(const Socket& connection) {
  sockaddr_storage a{};
  socklen_t size = sizeof a;
  if (getpeername(connection.handle(), reinterpret_cast<sockaddr*>(&a), &size) != 0) return {};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&a);
  return {.bytes = {bytes, bytes + size}};
}

Socket connecting(const Address& to) {
  if (to.bytes.empty()) return {};
  const auto* a = reinterpret_cast<const sockaddr*>(to.bytes.data());
  Socket out(::socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto size = static_cast<socklen_t>(to.bytes.size());
  if (!out || (::connect(out.handle(), a, size) != 0 && errno != EINPROGRESS)) return {};
  // A port where nobody listens may be chosen for this end, too: then it would be connected to itself.
  if (port_of(out.handle()) == ntohs(reinterpret_cast<const sockaddr_in*>(a)->sin_port)) return {};
  send_at_once(out.handle());
  return out;
}

void notice_silence(const Socket& connection) {
  const int handle = connection.handle();
  set(handle, SOL_SOCKET, SO_KEEPALIVE);
  set(handle, IPPROTO_TCP, TCP_KEEPIDLE, 4);   // [s]
  set(handle, IPPROTO_TCP, TCP_KEEPINTVL, 2);  // [s]
  set(handle, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

namespace {

bool wait(std::vector<pollfd>& all, double seconds) {
  timespec t{};
  const double whole = std::floor(std::max(seconds, 0.0));
  t.tv_sec = static_cast<time_t>(whole);
  t.tv_nsec = static_cast<long>((std::max(seconds, 0.0) - whole) * 1e9);
  return ::ppoll(all.data(), all.size(), seconds < 0.0 ? nullptr : &t, nullptr) > 0;
}

}  // namespace

std::uint64_t wait_for(std::span<const Socket* const> sockets, double seconds) {
  std::vector<pollfd> all;
  for (const Socket* s : sockets)  // one without a handle is passed over by poll
    all.push_back({.fd = *s ? s->handle() : -1, .events = POLLIN, .revents = 0});
  std::uint64_t ready = 0;
  if (!wait(all, seconds)) return ready;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].revents != 0) ready |= std::uint64_t{1} << i;
  return ready;
}
bool wait_for_handles(std::span<const Waitable> handles, double seconds) {
  std::vector<pollfd> all;
  for (const Waitable& w : handles) {
    const int events = w.to_write ? POLLIN | POLLOUT : POLLIN;
    all.push_back({.fd = w.handle, .events = static_cast<short>(events), .revents = 0});
  }
  return wait(all, seconds);
}

double wall_clock() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace evsim::link
