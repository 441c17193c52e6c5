#include "sim/link/socketcan.h"

#include <fcntl.h>
#include <linux/can.h>
#include <linux/can/error.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "sim/base/errors.h"
#include "sim/link/can_interface.h"

namespace evsim::can {
namespace {

// ---- Frames as the kernel has them -----------------------------------------------------------------

canfd_frame to_kernel(const Frame& f) {
  canfd_frame out{};
  out.can_id = f.id | (f.extended ? CAN_EFF_FLAG : 0u) | (f.remote ? CAN_RTR_FLAG : 0u);
  out.len = f.length;
  if (f.bit_rate_switch) out.flags |= CANFD_BRS;
  if (f.error_state) out.flags |= CANFD_ESI;
  std::copy_n(f.data.begin(), f.length, out.data);
  return out;
}
Frame from_kernel(const canfd_frame& k, bool fd) {
  Frame f{.fd = fd, .error = (k.can_id & CAN_ERR_FLAG) != 0};
  f.extended = !f.error && (k.can_id & CAN_EFF_FLAG) != 0;
  f.remote = !f.error && (k.can_id & CAN_RTR_FLAG) != 0;
  f.id = k.can_id & (f.error ? CAN_ERR_MASK : f.extended ? CAN_EFF_MASK : CAN_SFF_MASK);
  f.bit_rate_switch = fd && (k.flags & CANFD_BRS) != 0;
  f.error_state = fd && (k.flags & CANFD_ESI) != 0;
  f.length = std::min<std::uint8_t>(k.len, fd ? CANFD_MAX_DLEN : CAN_MAX_DLEN);
  if (!f.remote) std::copy_n(k.data, f.length, f.data.begin());
  return f;
}
can_filter to_kernel(const Filter& x) {
  return {.can_id = x.id | (x.extended ? CAN_EFF_FLAG : 0u),
          .can_mask = (x.mask & (x.extended ? CAN_EFF_MASK : CAN_SFF_MASK)) | CAN_EFF_FLAG};
}

// ---- The interface ---------------------------------------------------------------------------------

[[noreturn]] void refuse(const PortAddress& a, const std::string& what) {
  throw EnvironmentError("socketcan://" + a.place + ": " + what);
}
std::string words(int error) { return std::generic_category().message(error); }

link::Socket raw_socket(const PortAddress& a) {
  link::Socket out(::socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_RAW));
  if (out) return out;
  if (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT)
    refuse(a, "this kernel has no CAN, or its module is not loaded; try `sudo modprobe can_raw`");
  refuse(a, words(errno));
}

template <class T> bool set(const link::Socket& s, int level, int name, const T& value) {
  return setsockopt(s.handle(), level, name, &value, sizeof value) == 0;
}

// Its answer to one question about the interface.
ifreq asked(const link::Socket& s, const PortAddress& a, unsigned long question) {
  ifreq r{};
  std::copy_n(a.place.data(), std::min<std::size_t>(a.place.size(), IFNAMSIZ - 1), r.ifr_name);
  if (a.place.size() >= IFNAMSIZ) errno = ENODEV;
  if (a.place.size() >= IFNAMSIZ || ioctl(s.handle(), question, &r) != 0)
    refuse(a,
           errno == ENODEV ? "no such interface; `ip link` lists those there are" : words(errno));
  return r;
}

class Interface final : public Port {
 public:
  explicit Interface(const PortAddress& a) : address_(a), socket_(raw_socket(a)) {
    index_ = static_cast<unsigned>(asked(socket_, a, SIOCGIFINDEX).ifr_ifindex);
    if (asked(socket_, a, SIOCGIFHWADDR).ifr_hwaddr.sa_family != ARPHRD_CAN)
      refuse(a, "is no CAN interface");
    if ((asked(socket_, a, SIOCGIFFLAGS).ifr_flags & IFF_UP) == 0)
      refuse(a, "the interface is down; try `sudo ip link set " + a.place +
                    " up`, with `type can bitrate 500000` for one of a controller");
    const bool can_fd = asked(socket_, a, SIOCGIFMTU).ifr_mtu >= static_cast<int>(CANFD_MTU);
    if (a.fd == true && !can_fd)
      refuse(a, "the interface has no CAN FD; try `sudo ip link set " + a.place +
                    " mtu 72`, or `type can ... fd on` for one of a controller");
    fd_ = a.fd.value_or(can_fd);
    configure();
    sockaddr_can at{};
    at.can_family = AF_CAN;
    at.can_ifindex = static_cast<int>(index_);
    if (::bind(socket_.handle(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
      refuse(a, words(errno));
    look();
  }

  Sent send(const Frame& f) final {
    const Sent out = sent(f);
    ++(out == Sent::done ? status_.sent : status_.unsent);
    return out;
  }
  std::optional<Arrival> receive() final;
  void wait_on(std::vector<link::Waitable>& out) const final {
    if (socket_) out.push_back({.handle = socket_.handle()});
  }
  PortStatus status() const final { return status_; }
  std::string name() const final { return "socketcan://" + address_.place; }
  bool fd() const final { return fd_; }
  int bit_rate() const final { return bit_rate_; }

 private:
  void configure() const;
  Sent sent(const Frame& f);
  // The state before the first error frame, or after the interface was down.
  void look();
  void down(int error);
  void take(const msghdr& head, TimeNs& t);

  PortAddress address_;
  link::Socket socket_;
  unsigned index_ = 0;
  bool fd_ = false;
  int bit_rate_ = 0;
  std::uint32_t overflows_ = 0;  // as the kernel counts them
  PortStatus status_;
};

void Interface::configure() const {
  const can_err_mask_t all = CAN_ERR_MASK;
  bool right = set(socket_, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, all) &&
               set(socket_, SOL_SOCKET, SO_TIMESTAMPNS, int{1}) &&
               set(socket_, SOL_SOCKET, SO_RXQ_OVFL, int{1});
  if (fd_) right = right && set(socket_, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, int{1});
  std::vector<can_filter> filters;
  for (const Filter& x : address_.filters) filters.push_back(to_kernel(x));
  if (!filters.empty())
    right = right && setsockopt(socket_.handle(), SOL_CAN_RAW, CAN_RAW_FILTER, filters.data(),
                                static_cast<socklen_t>(filters.size() * sizeof(can_filter))) == 0;
  if (!right) refuse(address_, words(errno));
  // As much room as is allowed: a burst is not to be lost while the program does something else.
  set(socket_, SOL_SOCKET, SO_RCVBUF, int{8 << 20});
}

void Interface::look() {
  const InterfaceFacts facts = interface_facts(index_);
  bit_rate_ = facts.bit_rate;
  status_.open = true;
  status_.trouble.clear();
  status_.state = facts.state;
  status_.tec = facts.tec;
  status_.rec = facts.rec;
}

void Interface::down(int error) {
  status_.open = false;
  status_.trouble = words(error);
  if (error == ENODEV) socket_ = link::Socket();
}

Sent Interface::sent(const Frame& f) {
  if (!socket_) return Sent::off;
  if (!is_valid(f) || (f.fd && !fd_) || address_.listen_only) return Sent::refused;
  if (status_.state == ErrorState::bus_off) return Sent::off;
  const canfd_frame k = to_kernel(f);
  const std::size_t size = f.fd ? CANFD_MTU : CAN_MTU;
  ssize_t n = -1;
  do n = ::write(socket_.handle(), &k, size);
  while (n < 0 && errno == EINTR);
  if (n == static_cast<ssize_t>(size)) {
    if (!status_.open) look();
    return Sent::done;
  }
  if (errno == ENOBUFS || errno == EAGAIN) return Sent::full;
  if (errno == EINVAL || errno == EMSGSIZE) return Sent::refused;
  down(errno);
  return Sent::off;
}

// What the kernel says beside a frame: when it came, and how many were lost before it.
void Interface::take(const msghdr& head, TimeNs& t) {
  msghdr h = head;
  for (cmsghdr* c = CMSG_FIRSTHDR(&h); c != nullptr; c = CMSG_NXTHDR(&h, c)) {
    if (c->cmsg_level != SOL_SOCKET) continue;
    if (c->cmsg_type == SO_TIMESTAMPNS) {
      timespec when{};
      std::memcpy(&when, CMSG_DATA(c), sizeof when);
      t = TimeNs{when.tv_sec} * 1'000'000'000 + when.tv_nsec;
    } else if (c->cmsg_type == SO_RXQ_OVFL) {
      std::uint32_t count = 0;
      std::memcpy(&count, CMSG_DATA(c), sizeof count);
      status_.lost += count - std::exchange(overflows_, count);
    }
  }
}

std::optional<Arrival> Interface::receive() {
  while (socket_) {
    canfd_frame k{};
    iovec part{.iov_base = &k, .iov_len = sizeof k};
    alignas(cmsghdr) std::array<char, 256> beside{};
    msghdr head{};
    head.msg_iov = &part;
    head.msg_iovlen = 1;
    head.msg_control = beside.data();
    head.msg_controllen = beside.size();
    const ssize_t n = ::recvmsg(socket_.handle(), &head, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {};
    if (n < 0) {
      down(errno);
      continue;  // an error is told once; frames from before may wait
    }
    if (n != CAN_MTU && n != CANFD_MTU) continue;
    if (!status_.open) look();
    Arrival out{.frame = from_kernel(k, n == CANFD_MTU), .t = 0};
    take(head, out.t);
    if (out.frame.error) {
      count_error(status_, out.frame);
      if (!address_.errors) continue;
    } else {
      ++status_.received;
    }
    return out;
  }
  return {};
}

}  // namespace

std::unique_ptr<Port> open_socketcan(const PortAddress& a) {
  return std::make_unique<Interface>(a);
}

}  // namespace evsim::can
