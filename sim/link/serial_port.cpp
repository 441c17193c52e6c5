#include "sim/link/serial_port.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "sim/base/errors.h"

namespace evsim::link {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw EnvironmentError(path + ": " + what);
}
std::string words(int error) { return std::generic_category().message(error); }

std::string hint(int error) {
  if (error == EACCES)
    return "; serial ports belong to the group dialout: `sudo usermod -aG dialout $USER`, then log "
           "in again";
  if (error == EBUSY) return "; another program has it";
  return {};
}

struct Baud {
  int rate;
  speed_t code;
};
constexpr std::array kBauds{
    Baud{9600, B9600},       Baud{19200, B19200},     Baud{38400, B38400},
    Baud{57600, B57600},     Baud{115200, B115200},   Baud{230400, B230400},
    Baud{460800, B460800},   Baud{500000, B500000},   Baud{576000, B576000},
    Baud{921600, B921600},   Baud{1000000, B1000000}, Baud{1152000, B1152000},
    Baud{1500000, B1500000}, Baud{2000000, B2000000}, Baud{2500000, B2500000},
    Baud{3000000, B3000000}, Baud{3500000, B3500000}, Baud{4000000, B4000000}};

bool make_raw(int handle, const Baud* baud) {
  termios t{};
  if (tcgetattr(handle, &t) != 0) return false;
  cfmakeraw(&t);
  t.c_cflag |= CLOCAL | CREAD;
  t.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
  if (baud != nullptr) cfsetspeed(&t, baud->code);
  return tcsetattr(handle, TCSANOW, &t) == 0;
}

// What a link at this path points to; "" if there is none.
std::string target_of(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t n = readlink(path.c_str(), target.data(), target.size());
  return n > 0 ? std::string(target.data(), static_cast<std::size_t>(n)) : "";
}

}  // namespace

Socket serial_port(const std::string& path, int baud) {
  const auto* known = std::ranges::find(kBauds, baud, &Baud::rate);
  if (known == kBauds.end()) refuse(path, "no serial port has " + std::to_string(baud) + " baud");
  Socket out(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!out) refuse(path, words(errno) + hint(errno));
  if (isatty(out.handle()) == 0) refuse(path, "is no serial port");
  if (ioctl(out.handle(), TIOCEXCL) != 0 || !make_raw(out.handle(), known))
    refuse(path, words(errno));
  tcflush(out.handle(), TCIOFLUSH);
  return out;
}

PseudoTerminal::PseudoTerminal(std::string link)
    : ours_(posix_openpt(O_RDWR | O_NOCTTY)), link_(std::move(link)) {
  const int ours = ours_.handle();
  std::array<char, 128> name{};
  if (!ours_ || grantpt(ours) != 0 || unlockpt(ours) != 0 ||
      ptsname_r(ours, name.data(), name.size()) != 0)
    refuse(link_, "no pseudo terminal: " + words(errno));
  fcntl(ours, F_SETFL, fcntl(ours, F_GETFL, 0) | O_NONBLOCK);
  fcntl(ours, F_SETFD, FD_CLOEXEC);
  device_ = name.data();
  theirs_ = Socket(::open(device_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!theirs_ || !make_raw(theirs_.handle(), nullptr)) refuse(device_, words(errno));
  if (target_of(link_).starts_with("/dev/pts/")) ::unlink(link_.c_str());
  if (::symlink(device_.c_str(), link_.c_str()) != 0)
    refuse(link_, "can't make a link to " + device_ + ": " + words(errno));
}

PseudoTerminal::~PseudoTerminal() {
  if (target_of(link_) == device_) ::unlink(link_.c_str());
}

void PseudoTerminal::drop_unread() const { tcflush(theirs_.handle(), TCIFLUSH); }

}  // namespace evsim::link
