// evsim can
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <ctime>
#include <memory>
#include <stdexcept>

#include "sim/link/can_log.h"
#include "sim/link/can_port.h"
#include "tools/evsim/can_database.h"
#include "tools/evsim/can_protection.h"
#include "tools/evsim/commands.h"
#include "tools/evsim/print.h"
#include "tools/evsim/terminal.h"

namespace evsim::cli {
namespace {

constexpr double kSlice = 0.1;  // of a wait, between two looks for Ctrl-C [s]

[[noreturn]] void refuse(std::string what) {
  throw InputError(Problem{.file = "evsim can", .what = std::move(what)});
}

can::PortAddress address_of(const std::string& text) {
  try {
    return can::port_address(text);
  } catch (const std::invalid_argument& e) {
    refuse(text + ": " + e.what());
  }
}

bool is_served(const can::PortAddress& a) {
  using enum can::PortAddress::Kind;
  return a.kind == slcan_server || a.kind == slcan_pty;
}

std::unique_ptr<can::Port> opened(const can::PortAddress& a) {
  auto port = can::open_port(a);
  if (is_served(a)) print_error("an adapter at " + port->name() + "\n");
  return port;
}

bool has_gone(const can::Port& port) {
  std::vector<link::Waitable> handles;
  port.wait_on(handles);
  return handles.empty();
}
[[noreturn]] void say_gone(const can::Port& port, const std::string& why) {
  throw EnvironmentError(port.name() + ": " + why);
}

const char* state_text(can::ErrorState s) {
  if (s == can::ErrorState::bus_off) return "bus-off";
  return s == can::ErrorState::passive ? "error passive" : "error active";
}

// "3 frames; 1 lost; error passive"
std::string summary(std::int64_t frames, const char* what, const can::PortStatus& s) {
  std::string out = fmt::format("{} frames {}", frames, what);
  const std::pair<std::int64_t, const char*> counts[] = {{s.unsent, "not taken"},
                                                         {s.lost, "lost"},
                                                         {s.rejected, "rejected"},
                                                         {s.errors, "error frames"},
                                                         {s.bus_offs, "times bus-off"}};
  for (const auto& [n, name] : counts)
    if (n > 0) out += fmt::format(", {} {}", n, name);
  if (s.state != can::ErrorState::active) out += fmt::format(", {}", state_text(s.state));
  return out + "\n";
}

// ---- Logs ---------------------------------------------------------------------------------------

std::string date_text(TimeNs since_1970) {
  const auto whole = static_cast<std::time_t>(since_1970 / 1'000'000'000);
  std::tm local{};
  localtime_r(&whole, &local);
  std::array<char, 64> day{}, year{};
  std::strftime(day.data(), day.size(), "%a %b %d %H:%M:%S", &local);
  std::strftime(year.data(), year.size(), "%Y", &local);
  return fmt::format("{}.{:03} {}", day.data(), since_1970 / 1'000'000 % 1000, year.data());
}

// Frames as they come, into a file by its ending: .log as candump's, .asc as Vector's.
class LogFile {
 public:
  explicit LogFile(const std::string& name)
      : name_(name), asc_(name.ends_with(".asc")), file_(nullptr, std::fclose) {
    if (name.empty()) return;
    if (!asc_ && !name.ends_with(".log"))
      refuse("--log: got " + name + ", must end in .log or .asc");
    errno = 0;
    file_.reset(std::fopen(name.c_str(), "wb"));
    if (file_ == nullptr) fail();
  }
  void write(can::LogEntry e) {
    if (file_ == nullptr) return;
    if (asc_) {
      if (start_ < 0) begin(e.t);
      e.t = std::max<TimeNs>(e.t - start_, 0);
      e.channel = "1";
    }
    put(asc_ ? can::asc_line(e) : can::candump_line(e));
  }
  // So that what has come is there, whatever happens.
  void flush() {
    if (file_ != nullptr && std::fflush(file_.get()) != 0) fail();
  }
  void end(TimeNs now) {
    if (file_ == nullptr) return;
    if (asc_ && start_ < 0) begin(now);
    if (asc_) put(can::asc_tail());
    flush();
  }

 private:
  void begin(TimeNs t) {
    start_ = t;
    put(can::asc_head(date_text(t)));
  }
  void put(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail();
  }
  [[noreturn]] void fail() const {
    throw EnvironmentError(name_ + ": can't be written: " + std::strerror(errno));
  }

  std::string name_;
  bool asc_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  TimeNs start_ = -1;
};

// A word for the channel of a log: can0, ttyACM0, slcan.
std::string channel_of(const can::PortAddress& a) {
  const std::string last = a.place.substr(a.place.rfind('/') + 1);
  return last.empty() || last.find_first_of(" \t#") != std::string::npos ? "slcan" : last;
}

// ---- dump ---------------------------------------------------------------------------------------

class Dump {
 public:
  explicit Dump(const CanArguments& a)
      : arguments_(a),
        address_(address_of(a.where)),
        channel_(channel_of(address_)),
        buses_(read_buses(a.link)),
        checks_(buses_) {
    if (!a.dbc.empty()) buses_.push_back({.database = read_database(a.dbc), .messages = {}});
    log_ = std::make_unique<LogFile>(a.log);
    port_ = opened(address_);
  }

  ExitCode run() {
    const double start = link::wall_clock();
    const double end = start + arguments_.seconds.value_or(INFINITY);
    bool gone = false;
    while (!full() && !gone && !terminal::interrupted() && link::wall_clock() < end) {
      while (!full()) {
        const std::optional<can::Arrival> next = port_->receive();
        if (!next) break;
        show(*next);
      }
      flush_output();
      log_->flush();
      tell_trouble();
      gone = has_gone(*port_);
      if (!full() && !gone) wait_for(*port_, std::clamp(end - link::wall_clock(), 0.0, kSlice));
    }
    log_->end(TimeNs{std::time(nullptr)} * 1'000'000'000);
    print_error(summary(frames_, "received", port_->status()));
    if (full()) return ExitCode::held;
    if (terminal::interrupted()) return ExitCode::interrupted;
    if (gone) say_gone(*port_, port_->status().trouble);
    return arguments_.count ? ExitCode::timed_out : ExitCode::held;
  }

 private:
  bool full() const { return arguments_.count && frames_ >= *arguments_.count; }
  void show(const can::Arrival& next) {
    ++frames_;
    const can::LogEntry e{.t = next.t, .channel = channel_, .frame = next.frame};
    std::string line = can::candump_line(e);
    for (const std::string& more : {signals_of(next.frame), checks_.text(next.frame)})
      if (!more.empty()) line.insert(line.size() - 1, "  " + more);
    print(line);
    log_->write(e);
  }
  std::string signals_of(const can::Frame& f) const {
    for (const LinkedBus& bus : buses_)
      if (std::string out = signals_text(bus.database, f); !out.empty()) return out;
    return {};
  }
  void tell_trouble() {
    const std::string now = port_->status().trouble;
    if (now != told_ && !now.empty()) print_error(port_->name() + ": " + now + "\n");
    told_ = now;
  }

  const CanArguments& arguments_;
  can::PortAddress address_;
  std::string channel_;
  std::vector<LinkedBus> buses_;
  Checks checks_;
  std::unique_ptr<LogFile> log_;
  std::unique_ptr<can::Port> port_;
  std::int64_t frames_ = 0;
  std::string told_;
};

// ---- send ---------------------------------------------------------------------------------------

// As cansend has it: 123#1122, 123#11.22, 00000123#R4, 123##1AABB.
can::Frame written_frame(std::string text) {
  const std::size_t data = text.find('#');
  text.erase(std::remove(text.begin() + static_cast<std::ptrdiff_t>(data), text.end(), '.'),
             text.end());
  const bool is_word = text.find_first_of(" \t\r\n") == std::string::npos;
  const auto read = [&] { return can::read_candump("(0.0) can " + text + "\n", ""); };
  try {
    if (is_word)
      if (const can::CanLog log = read(); log.entries.size() == 1 && is_valid(log.entries[0].frame))
        return log.entries[0].frame;
  } catch (const InputError&) {
  }
  refuse("got " + text +
         ", must be a frame as 123#1122, 00000123#1122, 123#R or, of CAN FD, 123##1AABB");
}

struct Plan {
  can::Frame frame;
  std::optional<e2e::Config> protection = {};
  double period = 0;        // [s]; 0: once
  std::int64_t frames = 1;  // at most
};
// The one that has the message, else the last.
LinkedBus bus_of(const CanArguments& a) {
  if (a.dbc.empty() && a.link.empty())
    refuse("the message " + a.words.front() + " needs --dbc FILE or --link FILE");
  if (a.link.empty()) return {.database = read_database(a.dbc), .messages = {}};
  std::vector<LinkedBus> all = read_buses(a.link);
  for (LinkedBus& bus : all)
    if (bus.database.find(a.words.front()) != nullptr) return std::move(bus);
  return std::move(all.back());
}

Plan plan_of(const CanArguments& a) {
  Plan out;
  double cycle_ms = 0;
  if (a.words.empty())
    refuse("send what? A frame as 123#1122, or a message of --dbc and its signals");
  if (a.words.front().find('#') != std::string::npos) {
    if (a.words.size() > 1) refuse("unexpected " + a.words[1] + ", after a frame");
    out.frame = written_frame(a.words.front());
    if (a.cycle) refuse("--cycle: a frame has no cycle time; use --cycle_ms");
    if (!a.link.empty()) refuse("--link: a frame is no message; use --e2e");
  } else {
    const LinkedBus bus = bus_of(a);
    const std::string& file = a.link.empty() ? a.dbc : a.link;
    const can::Message& m = message_of(bus.database, a.words.front(), file);
    out.frame = frame_of(m, {a.words.begin() + 1, a.words.end()});
    out.protection = protection_in(bus, m);
    cycle_ms = static_cast<double>(m.cycle_time) / 1e6;
    if (a.cycle && !a.cycle_ms && cycle_ms == 0)
      refuse(m.name + " has no cycle time in " + file + "; use --cycle_ms");
  }
  if (!a.e2e.empty()) out.protection = protection_of(a, out.frame.length);
  if (a.cycle_ms && !(*a.cycle_ms > 0)) refuse("--cycle_ms: must be > 0");
  const bool cyclic = a.cycle || a.cycle_ms;
  if (!cyclic && (a.count || a.seconds))
    refuse("--count, --seconds: only with --cycle or --cycle_ms");
  if (cyclic) out.period = a.cycle_ms.value_or(cycle_ms) / 1000;
  if (cyclic) out.frames = a.count.value_or(INT64_MAX);
  return out;
}

// Until a time, on the monotonic clock; what comes is passed over. False: interrupted, or the adapter has gone.
bool pass_until(can::Port& port, double t) {
  for (;;) {
    while (port.receive()) continue;
    const double left = t - link::wall_clock();
    if (terminal::interrupted() || has_gone(port)) return false;
    if (left <= 0) return true;
    wait_for(port, std::min(left, kSlice));
  }
}

void wait_until_open(can::Port& port) {
  while (!port.status().open && pass_until(port, link::wall_clock() + 0.01)) continue;
}

void say_not_sent(const can::Port& port, can::Sent sent, const can::Frame& f) {
  const can::PortStatus s = port.status();
  if (sent == can::Sent::refused)
    refuse(port.name() + (f.fd && !port.fd() ? ": CAN FD is off here" : ": only listens"));
  if (sent == can::Sent::full)
    say_gone(port, "takes no more frames; does another node acknowledge them?");
  say_gone(port, s.state == can::ErrorState::bus_off ? "is in bus-off" : s.trouble);
}

ExitCode send(const CanArguments& a) {
  // A frame that nobody acknowledges stays in the queue of its adapter.
  constexpr double kPatience = 1.0;  // [s]
  // What an adapter may need to refuse a frame.
  constexpr double kAnswer = 0.1;  // [s]
  Plan plan = plan_of(a);
  e2e::Sender counter;
  const auto port = opened(address_of(a.where));
  wait_until_open(*port);
  const double start = link::wall_clock();
  const double end = start + a.seconds.value_or(INFINITY);
  std::int64_t k = 0, sent = 0;
  for (; k < plan.frames; ++k) {
    const double due = start + static_cast<double>(k) * plan.period;
    if (due > end || !pass_until(*port, due)) break;
    if (plan.protection) e2e::protect(*plan.protection, counter, plan.frame.data);
    const can::Sent result = send(*port, plan.frame, plan.period > 0 ? 0 : kPatience);
    if (result == can::Sent::done) ++sent;
    if (result == can::Sent::refused || (result != can::Sent::done && plan.period == 0))
      say_not_sent(*port, result, plan.frame);
  }
  pass_until(*port, link::wall_clock() + kAnswer);
  const can::PortStatus s = port->status();
  if (plan.period > 0 || s.rejected > 0) print_error(summary(sent, "sent", s));
  if (terminal::interrupted()) return ExitCode::interrupted;
  if (k < plan.frames && has_gone(*port)) say_gone(*port, s.trouble);
  if (plan.period == 0 && s.rejected > 0) say_gone(*port, "the adapter refused the frame");
  return ExitCode::held;
}

// ---- dbc ----------------------------------------------------------------------------------------

ExitCode list(const CanArguments& a) {
  if (a.words.size() > 1) refuse("unexpected " + a.words[1]);
  const can::Database db = read_database(a.where);
  const can::Message* only = a.words.empty() ? nullptr : &message_of(db, a.words.front(), a.where);
  for (const Problem& note : db.notes) print_error(to_string(note) + "\n");
  print(a.json ? database_json(db, only) : database_text(db, only));
  return ExitCode::held;
}

// Options that belong to another one of the three.
void check_options(const CanArguments& a) {
  const bool dump = a.what == "dump", send = a.what == "send", dbc = a.what == "dbc";
  const std::tuple<bool, const char*, bool> options[] = {
      {!a.dbc.empty(), "--dbc", dump || send},
      {!a.link.empty(), "--link", dump || send},
      {!a.e2e.empty(), "--e2e", send},
      {!a.log.empty(), "--log", dump},
      {a.count.has_value(), "--count", !dbc},
      {a.seconds.has_value(), "--seconds", !dbc},
      {a.cycle, "--cycle", send},
      {a.cycle_ms.has_value(), "--cycle_ms", send},
      {a.json, "--json", dbc},
      {!a.words.empty(), "WORDS", !dump}};
  for (const auto& [given, name, allowed] : options)
    if (given && !allowed) refuse(std::string(name) + " is not for " + a.what);
  if (!a.link.empty() && !a.dbc.empty()) refuse("--link, --dbc: must be one of them");
  if (!a.link.empty() && !a.e2e.empty()) refuse("--link, --e2e: must be one of them");
  if (a.count && *a.count < 1) refuse("--count: must be at least 1");
  if (a.seconds && !(*a.seconds > 0)) refuse("--seconds: must be > 0");
}

}  // namespace

ExitCode can_command(const CanArguments& a) {
  if (a.what != "dump" && a.what != "send" && a.what != "dbc")
    refuse("unknown " + a.what + "; there are dump, send, dbc");
  check_options(a);
  if (a.what == "dbc") return list(a);
  terminal::catch_interrupts();
  return a.what == "dump" ? Dump(a).run() : send(a);
}

}  // namespace evsim::cli
