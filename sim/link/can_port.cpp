#include "sim/link/can_port.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <stdexcept>
#include <utility>

#include "sim/base/errors.h"
#include "sim/link/slcan.h"
#include "sim/link/slcan_port.h"
#include "sim/link/socketcan.h"

namespace evsim::can {
namespace {

using Kind = PortAddress::Kind;

constexpr std::string_view kKinds =
    "socketcan://INTERFACE, slcan:///DEVICE, slcan://HOST:PORT, slcan-server://HOST:PORT or "
    "slcan-pty:///PATH";
constexpr int kLargestRate = 20'000'000;  // [bit/s]

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

std::string quoted(std::string_view text) { return '\'' + std::string(text) + '\''; }

// The text before and after the first mark; all of it before where there is none.
std::pair<std::string_view, std::string_view> cut(std::string_view text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

template <class T> bool parse(std::string_view text, int base, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

// ---- What stands after the '?' --------------------------------------------------------------------

int positive(std::string_view key, std::string_view value) {
  int out = 0;
  if (!parse(value, 10, out) || out < 1 || out > kLargestRate)
    refuse(std::string(key) + ": got " + quoted(value) + ", must be a whole number from 1 to " +
           std::to_string(kLargestRate));
  return out;
}
bool switched_on(std::string_view key, std::string_view value) {
  if (value != "on" && value != "off")
    refuse(std::string(key) + ": got " + quoted(value) + ", must be on or off");
  return value == "on";
}
Filter filter(std::string_view text) {
  const auto [id, mask] = cut(text, ':');
  Filter out{.id = 0, .mask = 0, .extended = id.size() == 8};
  const std::uint32_t largest = out.extended ? kLargestExtendedId : kLargestStandardId;
  if (id.size() > 8 || !parse(id, 16, out.id) || !parse(mask, 16, out.mask) || out.id > largest)
    refuse("filter: got " + quoted(text) +
           ", must be ID:MASK in hex as 123:7FF, or 00000123:1FFFFFFF for extended identifiers");
  return out;
}
std::vector<Filter> filters(std::string_view text) {
  std::vector<Filter> out;
  for (bool more = true; more;) {
    more = text.find(',') != std::string_view::npos;
    const auto [one, rest] = cut(text, ',');
    out.push_back(filter(one));
    text = rest;
  }
  return out;
}

void set(PortAddress& a, std::string_view key, std::string_view value) {
  const bool serial = a.kind == Kind::slcan_serial;
  const bool told = serial || a.kind == Kind::slcan_tcp;  // the adapter's bit rates are told to it
  if (key == "fd") {
    a.fd = switched_on(key, value);
  } else if (key == "listen_only") {
    a.listen_only = switched_on(key, value);
  } else if (key == "errors") {
    a.errors = switched_on(key, value);
  } else if (key == "filter") {
    a.filters = filters(value);
  } else if (key == "bit_rate" && told) {
    a.bit_rate = positive(key, value);
  } else if (key == "data_bit_rate" && told) {
    a.data_bit_rate = positive(key, value);
  } else if (key == "baud" && serial) {
    a.baud = positive(key, value);
  } else if (key == "bit_rate" || key == "data_bit_rate") {
    refuse(std::string(key) +
           (a.kind == Kind::socketcan
                ? ": is set by `ip link set " + a.place + " type can bitrate ...`"
                : ": is set by the computer that opens the adapter"));
  } else {
    refuse("unknown key " + quoted(key) +
           "; there are fd, listen_only, errors, filter; for slcan:// bit_rate, data_bit_rate and, "
           "at a serial port, baud");
  }
}

// ---- What stands before it ------------------------------------------------------------------------

link::Endpoint tcp(std::string_view place) {
  try {
    return link::endpoint("tcp://" + std::string(place));
  } catch (const std::invalid_argument& e) {
    refuse(quoted(place) + " " + e.what());
  }
}
void path(PortAddress& a, std::string_view place, Kind kind) {
  if (!place.starts_with('/') || place.size() < 2)
    refuse("has no path; must be " + std::string(kKinds));
  a.kind = kind;
  a.place = place;
}

}  // namespace

bool passes(std::span<const Filter> filters, const Frame& f) {
  if (filters.empty() || f.error) return true;
  return std::ranges::any_of(filters, [&](const Filter& x) {
    return x.extended == f.extended && (x.id & x.mask) == (f.id & x.mask);
  });
}

void count_error(PortStatus& s, const Frame& f) {
  constexpr std::uint32_t kController = 0x04, kBusOff = 0x40, kRestarted = 0x100, kCounters = 0x200;
  constexpr unsigned kOverflow = 0x01, kPassive = 0x30, kState = 0x7C;
  const bool controller = (f.id & kController) != 0;
  ++s.errors;
  if (controller && (f.data[1] & kOverflow) != 0) ++s.lost;
  if ((f.id & kCounters) != 0 || (controller && (f.data[1] & kState) != 0)) {
    s.tec = f.data[6];
    s.rec = f.data[7];
  }
  if (controller && (f.data[1] & kState) != 0)
    s.state = (f.data[1] & kPassive) != 0 ? ErrorState::passive : ErrorState::active;
  if ((f.id & kRestarted) != 0) {
    s.state = ErrorState::active;
    s.tec = s.rec = 0;
  }
  if ((f.id & kBusOff) == 0) return;
  if (s.state != ErrorState::bus_off) ++s.bus_offs;
  s.state = ErrorState::bus_off;
}

PortAddress port_address(std::string_view text) {
  PortAddress out;
  const auto [where, query] = cut(text, '?');
  const std::size_t at = where.find("://");
  const std::string_view scheme = where.substr(0, std::min(at, where.size()));
  if (at == std::string_view::npos) refuse("must be " + std::string(kKinds));
  const std::string_view place = where.substr(at + 3);
  if (scheme == "socketcan") {
    if (place.empty()) refuse("names no interface; must be socketcan://INTERFACE");
    out.place = place;
  } else if (scheme == "slcan" && place.starts_with('/')) {
    path(out, place, Kind::slcan_serial);
  } else if (scheme == "slcan" || scheme == "slcan-server") {
    out.kind = scheme == "slcan" ? Kind::slcan_tcp : Kind::slcan_server;
    out.endpoint = tcp(place);
  } else if (scheme == "slcan-pty") {
    path(out, place, Kind::slcan_pty);
  } else {
    refuse("unknown kind " + quoted(scheme) + "; must be " + std::string(kKinds));
  }
  for (std::string_view rest = query; !rest.empty();) {
    const auto [one, more] = cut(rest, '&');
    const auto [key, value] = cut(one, '=');
    set(out, key, value);
    rest = more;
  }
  if (out.data_bit_rate > 0 && out.fd == false) refuse("fd: got off, beside a data_bit_rate");
  if (out.data_bit_rate > 0) out.fd = true;
  if (!slcan::opening({.bit_rate = out.bit_rate, .data_bit_rate = out.data_bit_rate}))
    refuse("bit_rate, data_bit_rate: got " + std::to_string(out.bit_rate) + ", " +
           std::to_string(out.data_bit_rate) + ", must be ones that slcan has a code for (" +
           slcan::known_bit_rates() + ")");
  return out;
}

std::unique_ptr<Port> open_port(const PortAddress& a) {
  switch (a.kind) {
    case Kind::socketcan: return open_socketcan(a);
    case Kind::slcan_serial:
    case Kind::slcan_tcp: return open_slcan_adapter(a);
    case Kind::slcan_server:
    case Kind::slcan_pty: return serve_slcan(a);
  }
  throw EnvironmentError("no such kind of CAN adapter");
}

bool wait_for(const Port& port, double seconds) {
  std::vector<link::Waitable> handles;
  port.wait_on(handles);
  return link::wait_for_handles(handles, seconds);
}

Sent send(Port& port, const Frame& f, double seconds) {
  // An interface doesn't tell when its queue has room: it is asked again.
  constexpr double kAgain = 0.001;  // [s]
  const double deadline = link::wall_clock() + seconds;
  Sent out = port.send(f);
  while (out == Sent::full && link::wall_clock() < deadline) {
    link::wait_for_handles({}, kAgain);
    out = port.send(f);
  }
  return out;
}

}  // namespace evsim::can
