#include "sim/link/slcan_port.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "sim/base/errors.h"
#include "sim/link/byte_stream.h"
#include "sim/link/serial_port.h"
#include "sim/link/slcan.h"

namespace evsim::can {
namespace {

using Kind = PortAddress::Kind;

constexpr std::size_t kMostUnwritten = 65536;  // [byte]; then a port is full

TimeNs now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string place_of(const link::Endpoint& e) {
  return to_string(e).substr(std::string_view("tcp://").size());
}

// What both sides share: frames that have come and wait to be received, counts.
class SlcanPort : public Port {
 public:
  explicit SlcanPort(PortAddress a) : address_(std::move(a)) {}

  Sent send(const Frame& f) final {
    const Sent out = sent(f);
    ++(out == Sent::done ? status_.sent : status_.unsent);
    return out;
  }
  std::optional<Arrival> receive() final {
    if (arrived_.empty()) read();
    if (arrived_.empty()) return {};
    const Arrival out = arrived_.front();
    arrived_.pop_front();
    return out;
  }
  bool fd() const final { return address_.fd == true; }

 protected:
  virtual Sent sent(const Frame& f) = 0;
  virtual void read() = 0;

  bool can_say(const Frame& f) const {
    return is_valid(f) && (!f.fd || fd()) && !address_.listen_only;
  }
  void arrive(const Frame& f, TimeNs t) {
    if (f.error) count_error(status_, f);
    if (f.error ? !address_.errors : !passes(address_.filters, f)) return;
    if (!f.error) ++status_.received;
    arrived_.push_back({f, t});
  }

  PortAddress address_;
  PortStatus status_;

 private:
  std::deque<Arrival> arrived_;
};

// ---- As the computer -------------------------------------------------------------------------------

class Adapter final : public SlcanPort {
 public:
  Adapter(const PortAddress& a, link::Socket handle)
      : SlcanPort(a), commands_(opening_of(a)), peer_(link::peer_of(handle)) {
    begin(std::move(handle));
    status_.open = true;
  }
  ~Adapter() final { stream_.write(slcan::kClosing); }

  void wait_on(std::vector<link::Waitable>& out) const final { stream_.wait_on(out); }
  PortStatus status() const final {
    PortStatus out = status_;
    out.rejected += client_.rejected().total();
    if (out.open) out.trouble.clear();
    return out;
  }
  std::string name() const final {
    return "slcan://" +
           (address_.kind == Kind::slcan_tcp ? place_of(address_.endpoint) : address_.place);
  }
  int bit_rate() const final { return address_.bit_rate; }

 private:
  Sent sent(const Frame& f) final {
    stream_.flush();
    if (gone()) return Sent::off;
    if (!can_say(f)) return Sent::refused;
    if (stream_.unwritten() >= kMostUnwritten) return Sent::full;
    std::string line;
    slcan::append(line, f);
    stream_.write(line);
    return gone() ? Sent::off : Sent::done;
  }
  void read() final {
    look_again();
    stream_.flush();
    const std::string_view bytes = stream_.read();
    if (!bytes.empty() && !is_heard_) is_heard_ = status_.open = true;
    const TimeNs t = now();
    for (const slcan::Received& r : client_.feed(bytes)) take(r, t);
    gone();
  }
  void begin(link::Socket handle) {
    stream_ = link::ByteStream(std::move(handle));
    status_.rejected += client_.rejected().total();
    client_ = slcan::Client();
    is_heard_ = false;
    wait_ = kFirstAnswer;
    open_channel();
  }
  void open_channel() {
    unanswered_ = commands_;
    stream_.write(commands_);
    next_look_ = link::wall_clock() + wait_;
    wait_ *= 2;
  }
  // One that has gone may be back; one that starts may not have heard what was said to it.
  void look_again() {
    if (is_heard_ && stream_) return;
    if (link::wall_clock() < next_look_) return;
    if (!stream_)
      reopen();
    else if (wait_ <= kLastAnswer)
      open_channel();
  }
  // Over TCP it is there when it says something.
  void reopen() {
    next_look_ = link::wall_clock() + kBetweenReopenings;
    if (address_.kind == Kind::slcan_tcp) {
      if (link::Socket s = link::connecting(peer_)) begin(std::move(s));
      return;
    }
    try {
      begin(link::serial_port(address_.place, address_.baud));
      status_.open = true;
    } catch (const EnvironmentError&) {  // not yet
    }
  }
  void take(const slcan::Received& r, TimeNs t) {
    switch (r.kind) {
      case slcan::Received::Kind::frame:
      case slcan::Received::Kind::bus_error: return arrive(r.frame.frame, t);
      case slcan::Received::Kind::state: return take_state(r);
      case slcan::Received::Kind::sent: unanswered_.clear(); return;  // by an open channel
      case slcan::Received::Kind::done:
      case slcan::Received::Kind::refused: return answered(r.kind == slcan::Received::Kind::done);
      default: return;
    }
  }
  void take_state(const slcan::Received& r) {
    const char state = r.text.front();
    const ErrorState next = state == 'b'   ? ErrorState::bus_off
                            : state == 'p' ? ErrorState::passive
                                           : ErrorState::active;
    if (next == ErrorState::bus_off && status_.state != next) ++status_.bus_offs;
    status_.state = next;
    status_.tec = r.tec;
    status_.rec = r.rec;
  }
  // Commands are answered in their order; closing a channel that is closed may be refused.
  void answered(bool yes) {
    const std::string command = unanswered_.substr(0, unanswered_.find('\r'));
    unanswered_.erase(0, command.size() + 1);
    if (yes || command == "C") return;
    if (command.empty())
      ++status_.rejected;
    else if (status_.open)
      close("the adapter refused the command " + command);
  }
  void close(const std::string& trouble) {
    status_.open = false;
    status_.trouble = trouble;
  }
  bool gone() {
    if (!stream_ && status_.open) {
      close("the adapter has gone");
      next_look_ = link::wall_clock() + kBetweenReopenings;
    }
    return !status_.open;
  }
  static std::string opening_of(const PortAddress& a) {
    const std::optional<std::string> out = slcan::opening(
        {.bit_rate = a.bit_rate, .data_bit_rate = a.data_bit_rate, .listen_only = a.listen_only});
    if (!out) throw EnvironmentError("slcan has no code for these bit rates");
    return *out;
  }

  // Until the commands are said again to one that has said nothing yet, twice as long each time [s].
  static constexpr double kFirstAnswer = 0.25, kLastAnswer = 4.0;
  static constexpr double kBetweenReopenings = 0.1;  // [s]

  std::string commands_;  // that open the channel
  link::Address peer_;    // of TCP
  link::ByteStream stream_;
  slcan::Client client_;
  std::string unanswered_;  // of the commands
  bool is_heard_ = false;   // since it is there
  double next_look_ = 0.0, wait_ = kFirstAnswer;
};

// ---- As the adapter --------------------------------------------------------------------------------

// Who is at the other side of it: one computer at a time.
class Computer {
 public:
  virtual ~Computer() = default;
  // Looks for one; true: another one than before.
  virtual bool look() = 0;
  // The one that is there has nothing to say but is there: who else came is sent away. How many.
  virtual int turn_others_away() { return 0; }
  // The channel was closed: what it has not read is of no use to the next.
  virtual void drop_unread() {}
  virtual void wait_on(std::vector<link::Waitable>& out) const = 0;
  virtual std::string name() const = 0;

  link::ByteStream stream;
};

class TcpComputer final : public Computer {
 public:
  explicit TcpComputer(const link::Endpoint& e) : at_(e), listening_(link::bound(at_)) {}

  // A computer that starts again comes before it is known that it had gone.
  bool look() final {
    const bool ended = had_ && !stream;
    if (!next_) next_ = listening_.accept();
    const bool came = !stream && next_;
    if (came) {
      link::notice_silence(next_);
      stream = link::ByteStream(std::exchange(next_, {}));
    }
    had_ = static_cast<bool>(stream);
    return ended || came;
  }
  int turn_others_away() final { return std::exchange(next_, {}) ? 1 : 0; }
  void wait_on(std::vector<link::Waitable>& out) const final {
    out.push_back({.handle = listening_.handle()});
    stream.wait_on(out);
  }
  std::string name() const final { return "slcan-server://" + place_of(at_); }

 private:
  link::Endpoint at_;
  link::Socket listening_, next_;
  bool had_ = false;
};

class PtyComputer final : public Computer {
 public:
  explicit PtyComputer(const std::string& path) : terminal_(path) {
    stream = link::ByteStream(terminal_.take_handle());
  }

  bool look() final { return false; }
  void drop_unread() final { terminal_.drop_unread(); }
  void wait_on(std::vector<link::Waitable>& out) const final { stream.wait_on(out); }
  std::string name() const final { return "slcan-pty://" + terminal_.link(); }

 private:
  link::PseudoTerminal terminal_;
};

char letter_of(const NodeStatus& s) {
  constexpr int kWarning = 96;  // of an error counter
  if (s.state == ErrorState::bus_off) return 'b';
  if (s.state == ErrorState::passive) return 'p';
  return std::max(s.tec, s.rec) >= kWarning ? 'w' : 'a';
}

class Served final : public SlcanPort {
 public:
  Served(const PortAddress& a, std::unique_ptr<Computer> computer)
      : SlcanPort(a), computer_(std::move(computer)), device_(settings()) {
    address_.fd = a.fd.value_or(true);
    status_.open = false;
  }

  void tell(const NodeStatus& on_the_bus) final {
    status_.state = on_the_bus.state;
    status_.tec = on_the_bus.tec;
    status_.rec = on_the_bus.rec;
    const char letter = letter_of(on_the_bus);
    if (letter == device_.state()) return;
    device_.report_state(letter, on_the_bus.rec, on_the_bus.tec);
    computer_->stream.write(device_.take_output());
  }
  void wait_on(std::vector<link::Waitable>& out) const final { computer_->wait_on(out); }
  PortStatus status() const final {
    PortStatus out = status_;
    out.rejected += device_.rejected().total();
    return out;
  }
  std::string name() const final { return computer_->name(); }
  int bit_rate() const final { return bit_rate_; }

 private:
  Sent sent(const Frame& f) final {
    if (!can_say(f)) return Sent::refused;
    computer_->stream.flush();
    if (!device_.is_open() || !computer_->stream) return Sent::off;
    if (computer_->stream.unwritten() >= kMostUnwritten) return Sent::full;
    device_.deliver(f, now());
    computer_->stream.write(device_.take_output());
    return computer_->stream ? Sent::done : Sent::off;
  }
  void read() final {
    if (computer_->look()) begin_again();
    computer_->stream.flush();
    if (computer_->stream.unwritten() >= kMostUnwritten) return;  // its answers come first
    const std::string_view bytes = computer_->stream.read();
    const TimeNs t = now();
    device_.feed(bytes, [&](const slcan::Request& r) { return grant(r, t); });
    computer_->stream.write(device_.take_output());
    if (!computer_->stream && computer_->look()) begin_again();
    if (bytes.empty() && computer_->stream) status_.turned_away += computer_->turn_others_away();
    status_.open = device_.is_open() && computer_->stream;
  }
  void begin_again() {
    status_.rejected += device_.rejected().total();
    device_ = slcan::Device(settings());
    status_.open = false;
  }
  slcan::DeviceSettings settings() const { return {.reports_errors = address_.errors}; }
  bool grant(const slcan::Request& r, TimeNs t) {
    using enum slcan::Request::Kind;
    switch (r.kind) {
      case open:
      case listen: ++status_.opened; return true;
      case close:
        computer_->stream.drop_unwritten();
        computer_->drop_unread();
        return true;
      case bit_rate: bit_rate_ = r.bit_rate; return true;
      case bit_timing: bit_rate_ = 0; return true;
      case data_bit_rate: return fd();
      case filter: return false;  // registers of a controller that is not there
      case send:
        if (r.frame.fd && !fd()) return false;
        arrive(r.frame, t);
        return true;
      default: return true;
    }
  }

  std::unique_ptr<Computer> computer_;
  slcan::Device device_;
  int bit_rate_ = 0;
};

}  // namespace

std::unique_ptr<Port> open_slcan_adapter(const PortAddress& a) {
  return std::make_unique<Adapter>(a, a.kind == Kind::slcan_tcp
                                          ? link::connected(a.endpoint)
                                          : link::serial_port(a.place, a.baud));
}

std::unique_ptr<Port> serve_slcan(const PortAddress& a) {
  if (a.kind == Kind::slcan_pty)
    return std::make_unique<Served>(a, std::make_unique<PtyComputer>(a.place));
  return std::make_unique<Served>(a, std::make_unique<TcpComputer>(a.endpoint));
}

}  // namespace evsim::can
