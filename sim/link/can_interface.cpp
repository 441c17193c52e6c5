#include "sim/link/can_interface.h"

#include <linux/can/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>
#include <span>

#include "sim/link/socket.h"

namespace evsim::can {
namespace {

using Bytes = std::span<const unsigned char>;

// The attribute of this type in a row of them: what it holds.
Bytes attribute(Bytes row, unsigned type) {
  rtattr head{};
  while (row.size() >= sizeof head) {
    std::memcpy(&head, row.data(), sizeof head);
    if (head.rta_len < sizeof head || head.rta_len > row.size()) break;
    if ((head.rta_type & ~unsigned{NLA_F_NESTED}) == type)
      return row.subspan(RTA_LENGTH(0), head.rta_len - RTA_LENGTH(0));
    row = row.subspan(std::min<std::size_t>(RTA_ALIGN(head.rta_len), row.size()));
  }
  return {};
}
template <class T> std::optional<T> value(Bytes row, unsigned type) {
  const Bytes bytes = attribute(row, type);
  T out{};
  if (bytes.size() < sizeof out) return {};
  std::memcpy(&out, bytes.data(), sizeof out);
  return out;
}

// The answer to a question about one link, without its heads.
Bytes answer(unsigned index, std::span<unsigned char> buffer) {
  const link::Socket s(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  struct {
    nlmsghdr head;
    ifinfomsg link;
  } question{};
  question.head.nlmsg_len = sizeof question;
  question.head.nlmsg_type = RTM_GETLINK;
  question.head.nlmsg_flags = NLM_F_REQUEST;
  question.link.ifi_index = static_cast<int>(index);
  if (!s || ::send(s.handle(), &question, sizeof question, 0) < 0) return {};
  const ssize_t n =
      ::recv(s.handle(), buffer.data(), buffer.size(), 0);  // the kernel has answered already
  nlmsghdr head{};
  if (n < static_cast<ssize_t>(sizeof question)) return {};
  std::memcpy(&head, buffer.data(), sizeof head);
  if (head.nlmsg_type != RTM_NEWLINK) return {};
  return buffer.subspan(sizeof question, static_cast<std::size_t>(n) - sizeof question);
}

ErrorState state_of(std::uint32_t s) {
  if (s == CAN_STATE_BUS_OFF) return ErrorState::bus_off;
  return s == CAN_STATE_ERROR_PASSIVE ? ErrorState::passive : ErrorState::active;
}

}  // namespace

InterfaceFacts interface_facts(unsigned index) {
  std::array<unsigned char, 32768> buffer{};
  const Bytes can = attribute(attribute(answer(index, buffer), IFLA_LINKINFO), IFLA_INFO_DATA);
  InterfaceFacts out;
  if (const auto timing = value<can_bittiming>(can, IFLA_CAN_BITTIMING))
    out.bit_rate = static_cast<int>(timing->bitrate);
  if (const auto state = value<std::uint32_t>(can, IFLA_CAN_STATE)) out.state = state_of(*state);
  if (const auto counters = value<can_berr_counter>(can, IFLA_CAN_BERR_COUNTER)) {
    out.tec = counters->txerr;
    out.rec = counters->rxerr;
  }
  return out;
}

}  // namespace evsim::can
