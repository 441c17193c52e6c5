#include "sim/link/can_session.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "sim/base/errors.h"
#include "sim/link/dbc_codec.h"
#include "sim/link/e2e_library.h"
#include "sim/link/problems.h"
#include "sim/run/schedule.h"

namespace evsim::link {
namespace {

constexpr double kForRoom = 0.1;  // that a frame may wait for room in an adapter [s]
constexpr int kSimulator = 0, kController = 1, kIdiot = 2;  // on the modelled bus

std::string names_of(const can::Database& d) {
  std::string out;
  for (const can::Message& m : d.messages) out += (out.empty() ? "" : ", ") + m.name;
  return out;
}

struct Profile {
  e2e::Profile profile;
  e2e::DataIdMode mode;
};
Profile profile_of(Protection p) {
  using e2e::DataIdMode;
  switch (p) {
    case Protection::e2e_1b: return {e2e::Profile::p01, DataIdMode::alternating};
    case Protection::e2e_1c: return {e2e::Profile::p01, DataIdMode::nibble};
    case Protection::e2e_2: return {e2e::Profile::p02, DataIdMode::both};
    case Protection::e2e_5: return {e2e::Profile::p05, DataIdMode::both};
    case Protection::e2e_11a: return {e2e::Profile::p11, DataIdMode::both};
    case Protection::e2e_11c: return {e2e::Profile::p11, DataIdMode::nibble};
    case Protection::own: return {e2e::Profile::own, DataIdMode::both};
    case Protection::none:
    case Protection::e2e_1a: break;
  }
  return {e2e::Profile::p01, DataIdMode::both};
}
// 32 digits; false where they are not.
bool read_hex(std::string_view text, std::array<std::uint8_t, 16>& out) {
  if (text.size() != 2 * out.size()) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char* from = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(from, from + 2, out[i], 16);
    if (error != std::errc{} || end != from + 2) return false;
  }
  return true;
}
void check_library(const CanMessageParams& p) {
  const bool own = p.e2e == Protection::own;
  if (own && p.library.path.empty())
    throw InputError(Problem{.path = "e2e", .what = "is own; must have a library"});
  if (!own && !p.library.path.empty())
    throw InputError(Problem{.path = "library", .what = "is for e2e own only"});
}

}  // namespace

e2e::Config protection_of(const CanMessageParams& p, int message_length) {
  const auto [profile, mode] = profile_of(p.e2e);
  e2e::Config out{.profile = profile,
                  .length = p.length > 0 ? p.length : message_length,
                  .data_id = static_cast<std::uint16_t>(p.data_id),
                  .data_ids = {},
                  .mode = mode,
                  .crc_at = p.crc_at,
                  .counter_at = p.counter_at,
                  .nibble_at = p.nibble_at,
                  .most_delta = p.most_delta};
  if (p.e2e == Protection::own)
    out.rules = below("library", [&] { return load_e2e(p.library.path); });
  std::string problem(e2e::refusal(out));
  if (p.e2e == Protection::e2e_2 && !read_hex(p.data_ids, out.data_ids))
    problem = "data_ids must be 16 bytes as 32 hexadecimal digits";
  if (problem.empty() && out.length > message_length)
    problem = "length is more than the message's " + std::to_string(message_length) + " bytes";
  if (!problem.empty()) throw InputError(Problem{.what = p.message + ": " + problem});
  return out;
}

void CanSession::Intervals::add(TimeNs t) {
  ++n;
  if (last) {
    const double interval = seconds(t - *last);
    least = intervals++ == 0 ? interval : std::min(least, interval);
    most = std::max(most, interval);
    sum += interval;
  }
  last = t;
}

// ---- What the link file says --------------------------------------------------------------------------

CanSession::CanSession(CanParams p, can::Database database, std::unique_ptr<can::Port> port,
                       can::CanLog log, Patience patience)
    : p_(std::move(p)),
      database_(std::move(database)),
      port_(std::move(port)),
      log_(std::move(log)),
      patience_(std::move(patience)) {
  std::vector<Problem> wrong;
  const auto message = [&](const char* key, const std::string& name, bool from_controller) {
    const can::Message* m = name.empty() ? nullptr : database_.find(name);
    if (!name.empty() && m == nullptr)
      wrong.push_back(
          {.path = key, .what = "no message " + name + "; known: " + names_of(database_)});
    if (m != nullptr && sent_by_controller(*m) != from_controller)
      wrong.push_back(
          {.path = key,
           .what = name + (from_controller ? " is not sent by " : " is sent by ") + p_.node});
    return m;
  };
  if (std::ranges::find(database_.nodes, p_.node) == database_.nodes.end()) {
    std::string nodes;
    for (const std::string& n : database_.nodes) nodes += (nodes.empty() ? "" : ", ") + n;
    wrong.push_back({.path = "node", .what = "no node \"" + p_.node + "\"; known: " + nodes});
  }
  answer_ = message("answer", p_.answer, true);
  asks_ = message("asks", p_.asks, false);
  if (wrong.empty()) {
    choose_messages(wrong);
    protect_messages(wrong);
  }
  if (!wrong.empty()) throw InputError(std::move(wrong));
}

bool CanSession::sent_by_controller(const can::Message& m) const {
  return std::ranges::find(m.senders, p_.node) != m.senders.end();
}
CanSession::Sending* CanSession::sending(const can::Message* m) {
  const auto it = std::ranges::find(sending_, m, &Sending::message);
  return it == sending_.end() ? nullptr : &*it;
}
CanSession::Receiving* CanSession::receiving(const can::Message* m) {
  const auto it = std::ranges::find(receiving_, m, &Receiving::message);
  return it == receiving_.end() ? nullptr : &*it;
}

// All that the controller sends is received; sent is what is cyclic or named by an input.
void CanSession::choose_messages(std::vector<Problem>& wrong) {
  for (const can::Message& m : database_.messages) {
    const auto it = std::ranges::find(p_.messages, m.name, &CanMessageParams::message);
    const auto chosen = [&](double CanMessageParams::*which, std::int64_t otherwise) {
      return it != p_.messages.end() && (*it).*which > 0.0 ? to_ns((*it).*which) : otherwise;
    };
    const TimeNs cycle = chosen(&CanMessageParams::cycle_time, m.cycle_time);
    const TimeNs delay = chosen(&CanMessageParams::start_delay, m.start_delay);
    if (sent_by_controller(m)) {
      receiving_.push_back({.message = &m, .cycle = cycle});
      continue;
    }
    const bool is_named = std::ranges::any_of(
        p_.inputs, [&](const CanSignalParams& s) { return s.signal.starts_with(m.name + "."); });
    if (cycle > 0 || is_named)
      sending_.push_back(
          {.message = &m, .values = can::initial_values(m), .cycle = cycle, .delay = delay});
  }
  std::ranges::sort(sending_, {}, [](const Sending& s) { return s.message->id; });
  for (std::size_t i = 0; i < p_.messages.size(); ++i)
    if (database_.find(p_.messages[i].message) == nullptr)
      wrong.push_back(
          {.path = "messages." + std::to_string(i) + ".message",
           .what = "no message " + p_.messages[i].message + "; known: " + names_of(database_)});
  if (asks_ != nullptr && sending(asks_) == nullptr)
    wrong.push_back({.path = "asks", .what = p_.asks + " has no cycle time and no input"});
}

void CanSession::protect_messages(std::vector<Problem>& wrong) {
  for (std::size_t i = 0; i < p_.messages.size(); ++i) {
    const CanMessageParams& p = p_.messages[i];
    const can::Message* m = database_.find(p.message);
    if (m == nullptr) continue;
    const auto protect = [&] {
      check_library(p);
      if (p.e2e == Protection::none) return;
      Guard g{.on = true, .config = protection_of(p, m->length)};
      g.receiver = e2e::Receiver(g.config);
      if (Sending* s = sending(m)) s->guard = g;
      if (Receiving* r = receiving(m)) r->guard = g;
    };
    collect(wrong, [&] { below("messages." + std::to_string(i), protect); });
  }
}

namespace {

// MESSAGE.SIGNAL
struct InDatabase {
  const can::Message* message = nullptr;
  int signal = -1;
};
InDatabase find(const can::Database& d, const std::string& text, const std::string& path,
                std::vector<Problem>& wrong) {
  const auto dot = text.rfind('.');
  const std::string message = text.substr(0, std::min(dot, text.size()));
  const can::Message* m = d.find(message);
  if (m == nullptr || dot == std::string::npos) {
    wrong.push_back(
        {.path = path,
         .what = "got \"" + text + "\", must be MESSAGE.SIGNAL; messages: " + names_of(d)});
    return {};
  }
  const int k = can::signal_of(*m, text.substr(dot + 1));
  if (k < 0) {
    std::string known;
    for (const can::Signal& s : m->signals) known += (known.empty() ? "" : ", ") + s.name;
    wrong.push_back(
        {.path = path,
         .what = message + " has no signal " + text.substr(dot + 1) + "; known: " + known});
    return {};
  }
  return {m, k};
}
std::size_t index_in(const std::vector<Signal>& all, const std::string& name,
                     const std::string& path, std::vector<Problem>& wrong) {
  const auto it = std::ranges::find(all, name, &Signal::name);
  if (it == all.end())
    wrong.push_back({.path = path, .what = "no \"" + name + "\"; must be one of " + listed(all)});
  return static_cast<std::size_t>(it - all.begin());
}
// Of a signal for the role: as the link file says, else as the database does; nullptr where it can't be.
const Unit* unit_of(const CanSignalParams& p, const can::Signal& in_database, const Signal& of_role,
                    const std::string& path, std::vector<Problem>& wrong) {
  const std::string& text = p.unit.empty() ? in_database.unit : p.unit;
  const Unit* out = unit_named(of_role.dim, text);
  if (out == nullptr)
    wrong.push_back({.path = path + ".unit",
                     .what = p.is + " can't be in \"" + text + "\"; give `unit`; SI is " +
                             std::string(si_unit(of_role.dim).text)});
  return out;
}

}  // namespace

void CanSession::map_input(const Interface& signals, std::size_t i, std::vector<Problem>& wrong) {
  const CanSignalParams& p = p_.inputs[i];
  const std::string path = "inputs." + std::to_string(i);
  const InDatabase at = find(database_, p.signal, path + ".signal", wrong);
  if (at.message == nullptr) return;
  Sending* s = sending(at.message);
  if (s == nullptr) {
    wrong.push_back(
        {.path = path + ".signal", .what = at.message->name + " is sent by " + p_.node});
    return;
  }
  const auto k = static_cast<std::size_t>(at.signal);
  if (p.is.empty()) {
    s->values[k] = p.value;
    return;
  }
  const std::size_t n = index_in(signals.inputs, p.is, path + ".is", wrong);
  if (n == signals.inputs.size()) return;
  const Unit* unit = unit_of(p, at.message->signals[k], signals.inputs[n], path, wrong);
  if (unit != nullptr) s->mapped.push_back({k, n, unit});
}

void CanSession::map_output(const Interface& signals, std::size_t i, std::vector<Problem>& wrong) {
  const CanSignalParams& p = p_.outputs[i];
  const std::string path = "outputs." + std::to_string(i);
  const std::size_t n = index_in(signals.outputs, p.is, path + ".is", wrong);
  if (n == signals.outputs.size()) return;
  if (p.signal.empty()) {
    constants_.push_back({n, p.value});
    return;
  }
  const InDatabase at = find(database_, p.signal, path + ".signal", wrong);
  if (at.message == nullptr) return;
  Receiving* r = receiving(at.message);
  if (r == nullptr) {
    wrong.push_back(
        {.path = path + ".signal", .what = at.message->name + " is not sent by " + p_.node});
    return;
  }
  const auto k = static_cast<std::size_t>(at.signal);
  const Unit* unit = unit_of(p, at.message->signals[k], signals.outputs[n], path, wrong);
  if (unit != nullptr) r->mapped.push_back({k, n, unit});
}

void CanSession::map_signals(const Interface& signals, std::vector<Problem>& wrong) {
  constants_.clear();
  for (Sending& s : sending_) {
    s.values = can::initial_values(*s.message);
    s.mapped.clear();
  }
  for (Receiving& r : receiving_) r.mapped.clear();
  for (std::size_t i = 0; i < p_.inputs.size(); ++i) map_input(signals, i, wrong);
  for (std::size_t i = 0; i < p_.outputs.size(); ++i) map_output(signals, i, wrong);
  const bool gives =
      std::ranges::any_of(receiving_, [](const auto& r) { return !r.mapped.empty(); });
  if (wrong.empty() && !gives)
    wrong.push_back({.path = "outputs", .what = "takes nothing from the controller"});
}

// ---- A run ----------------------------------------------------------------------------------------------

void CanSession::check(const Interface& signals) {
  std::vector<Problem> wrong;
  map_signals(signals, wrong);
  if (!wrong.empty()) throw InputError(std::move(wrong));
}

void CanSession::begin(const Interface& signals, std::vector<double>, double, TimeNs t) {
  check(signals);
  for (Sending& s : sending_) {
    s.due = t + s.delay;
    s.guard.sender = {};
    s.seen.last.reset();
  }
  for (Receiving& r : receiving_) {
    r.fresh = false;
    r.seen.last.reset();
    r.guard.receiver = e2e::Receiver(r.guard.config);
  }
  taken_.values.assign(signals.outputs.size(), 0.0);
  taken_.given.assign(signals.outputs.size(), 0);
  next_in_log_ = next_expected_ = 0;
  asked_ = answered_ = silent_ = false;
  disturbances_.begin();
  to_ = from_ = {};
  is_cut_ = babbles_ = false;
  bus_.reset();
  if (p_.bit_rate > 0) {
    constexpr TimeNs kWindow = 100'000'000;  // of the load [ns]
    bus_.emplace(can::BusSettings{
        .bit_rate = p_.bit_rate, .data_bit_rate = p_.data_bit_rate, .load_window = kWindow});
    for (const int node : {kSimulator, kController, kIdiot})
      if (bus_->add_node({.order = can::QueueOrder::by_identifier}) != node)
        throw std::logic_error("nodes of the bus");
    bus_->advance(t);
  }
  if (!port_) return;
  const double until = patience_.deadline();
  while (!port_->status().open) {
    const bool is_stopped = patience_.is_stopped();
    if (is_stopped || wall_clock() > until)
      throw EnvironmentError(
          "nobody opened " + address() +
          (is_stopped ? " before the run was interrupted" : " within the patience"));
    can::wait_for(*port_, kBetweenLooks);
    while (port_->receive()) {
    }
  }
}

void CanSession::say(TimeNs t, const can::Frame& f, can::Direction d) const {
  if (trace_) trace_({.t = t, .channel = "can0", .frame = f, .direction = d});
}

void CanSession::transmit(TimeNs t, Sending& s) {
  can::Encoded e = can::encode(*s.message, s.values);
  s.clipped += e.clipped;
  if (s.guard.on) e2e::protect(s.guard.config, s.guard.sender, e.frame.data);
  s.seen.add(t);
  if (bus_) {
    if (!bus_->send(kSimulator, e.frame)) ++s.unsent;
  } else {
    to_controller(t, e.frame);
  }
}

void CanSession::to_controller(TimeNs t, const can::Frame& f) {
  if (disturbances_.is_empty() && !to_.held) return deliver_to(t, f);
  for (const can::Frame& one : passed(to_, Direction::to_controller, t, f)) deliver_to(t, one);
}
void CanSession::from_controller(TimeNs t, const can::Frame& f) {
  say(t, f, can::Direction::received);
  // What a fault then hits needs no further wait.
  if (answer_ != nullptr && f.id == answer_->id && f.extended == answer_->extended)
    answered_ = true;
  if (disturbances_.is_empty() && !from_.held) return deliver_from(t, f);
  for (const can::Frame& one : passed(from_, Direction::from_controller, t, f))
    deliver_from(t, one);
}

// Onto the adapter; of a recorded log: beside what it holds.
void CanSession::deliver_to(TimeNs t, const can::Frame& f) {
  say(t, f, can::Direction::transmitted);
  if (asks_ == nullptr || (f.id == asks_->id && f.extended == asks_->extended)) asked_ = true;
  if (port_) {
    if (can::send(*port_, f, kForRoom) != can::Sent::done) ++undelivered_;
    return;
  }
  auto& k = next_expected_;
  while (k < log_.entries.size() && log_.entries[k].direction != can::Direction::transmitted) ++k;
  if (k == log_.entries.size() || log_.entries[k].t != t || log_.entries[k].frame != f)
    ++differing_;
  k = std::min(k + 1, log_.entries.size());
}

void CanSession::deliver_from(TimeNs t, const can::Frame& f) {
  if (bus_)
    bus_->send(kController, f);
  else
    take(t, f);
}

void CanSession::take(TimeNs t, const can::Frame& f) {
  const can::Message* m = f.error || f.remote ? nullptr : database_.find(f.id, f.extended);
  Receiving* r = m == nullptr ? nullptr : receiving(m);
  if (r == nullptr) {
    if (!f.error) ++unknown_;
    return;
  }
  const std::span data(f.data.data(), f.length);
  if (r->guard.on) {
    // Cycles in which nothing came count too.
    if (r->cycle > 0 && r->seen.last)
      for (TimeNs past = t - *r->seen.last - r->cycle; past > r->cycle / 2; past -= r->cycle)
        e2e::check(r->guard.config, r->guard.receiver, {});
    const auto status = e2e::check(r->guard.config, r->guard.receiver, data);
    if (!e2e::is_good(status)) {
      r->seen.add(t);
      if (status != e2e::Status::initial) ++r->invalid;
      return;
    }
  }
  r->seen.add(t);
  r->fresh = true;
  std::vector<can::Decoded> all;
  can::decode(*m, data, all);
  for (const can::Decoded& d : all)
    for (const Mapped& x : r->mapped)
      if (static_cast<int>(x.signal) == d.signal) {
        taken_.values[x.of_role] = to_si(*x.unit, d.value);
        taken_.given[x.of_role] = 1;
      }
}

void CanSession::read_port(TimeNs t) {
  while (true) {
    const auto got = port_->receive();
    if (!got) return;
    from_controller(t, got->frame);
  }
}
void CanSession::read_log(TimeNs t) {
  for (; next_in_log_ < log_.entries.size() && log_.entries[next_in_log_].t <= t; ++next_in_log_) {
    const can::LogEntry& e = log_.entries[next_in_log_];
    if (e.direction != can::Direction::transmitted) from_controller(t, e.frame);
  }
}

void CanSession::advance_bus(TimeNs t) {
  if (!bus_) return;
  const auto events = bus_->advance(t);
  if (port_) port_->tell(bus_->status(kController));
  for (const can::BusEvent& e : events) {
    if (e.kind != can::BusEvent::Kind::received) continue;
    if (e.node == kController)
      to_controller(t, e.frame);
    else
      take(t, e.frame);
  }
}

void CanSession::send_due(TimeNs t, std::span<const double> inputs) {
  for (Sending& s : sending_) {
    if (s.cycle > 0 && t < s.due) continue;
    for (const Mapped& m : s.mapped) s.values[m.signal] = from_si(*m.unit, inputs[m.of_role]);
    transmit(t, s);
    while (s.cycle > 0 && s.due <= t) s.due += s.cycle;
  }
}

// False where it did not come, or another one is there, who was not asked.
bool CanSession::wait_for_answer(TimeNs t, std::optional<double> answer_by) {
  const std::int64_t opened = port_->status().opened;
  const double until = answer_by.value_or(patience_.deadline());
  while (true) {
    read_port(t);
    if (answered_) return true;
    const double left = until - wall_clock();
    const can::PortStatus now = port_->status();
    if (left <= 0.0 || !now.open || now.opened != opened || patience_.is_stopped()) return false;
    can::wait_for(*port_, std::min(left, kBetweenLooks));
  }
}

Answer CanSession::exchange(TimeNs t, std::uint32_t, std::span<const double> inputs,
                            Outputs& outputs, std::optional<double> answer_by) {
  ++exchanges_;
  asked_ = answered_ = false;
  disturb_bus(t);
  for (const can::Frame& f : arrived(to_, t)) deliver_to(t, f);
  for (const can::Frame& f : arrived(from_, t)) deliver_from(t, f);
  if (port_)
    read_port(t);
  else
    read_log(t);
  if (answered_) {  // to what was asked before
    late_ += silent_ || answer_by ? 1 : 0;
    silent_ = answered_ = false;
  }
  advance_bus(t);
  send_due(t, inputs);
  if (port_ && answer_ != nullptr && asked_ && (!silent_ || answer_by)) {
    const double from = wall_clock();
    ++awaited_;
    if (wait_for_answer(t, answer_by)) {
      round_trips_.add(wall_clock() - from);
      silent_ = false;
    } else {
      ++unanswered_;
      silent_ = true;
    }
  }
  for (std::size_t i = 0; i < taken_.values.size(); ++i)
    if (taken_.given[i] != 0) {
      outputs.values[i] = taken_.values[i];
      outputs.given[i] = 1;
    }
  for (const Constant& c : constants_) {
    outputs.values[c.of_role] = c.value;
    outputs.given[c.of_role] = 1;
  }
  const bool all_fresh = std::ranges::all_of(
      receiving_, [](const Receiving& r) { return r.mapped.empty() || r.fresh; });
  if (!all_fresh) return Answer::none;
  for (Receiving& r : receiving_) r.fresh = false;
  return Answer::in_time;
}

// ---- Faults ---------------------------------------------------------------------------------------------

void CanSession::link_fault(const scenario::LinkFault& f, TimeNs t, std::uint64_t seed) {
  disturbances_.add(f, t, seed);
  if (f.fault != Fault::bus_off || !bus_) return;
  // Each frame is destroyed, until who sends has left the bus.
  constexpr int kOfTheData = 10;  // [bit] after the arbitration field
  const TimeNs until = f.duration > 0.0 ? t + to_ns(f.duration) : kNever;
  bus_->add_fault({.kind = can::BusFault::Kind::disturb,
                   .from = t,
                   .until = until,
                   .frames = -1,
                   .bit = kOfTheData});
}

void CanSession::disturb_bus(TimeNs t) {
  if (!bus_) return;
  const bool cut = disturbances_.holds(Fault::cut, t);
  if (cut != is_cut_) cut ? bus_->cut(kController) : bus_->mend();
  is_cut_ = cut;
  const bool babbles = disturbances_.holds(Fault::babble, t);
  if (babbles != babbles_)
    bus_->babble(kIdiot, babbles ? std::optional(can::Frame{.length = 8}) : std::nullopt);
  babbles_ = babbles;
}

void CanSession::spoil(can::Frame& f, const Passage& p, bool& lost) const {
  const auto flip = [&](int bit) {
    f.data[static_cast<std::size_t>(bit / 8)] ^= static_cast<std::uint8_t>(1 << bit % 8);
  };
  if (p.corrupt && f.length > 0) flip(static_cast<int>(p.where * 8.0 * f.length));
  if (!p.wrong_crc) return;
  const can::Message* m = database_.find(f.id, f.extended);
  const auto it = m == nullptr
                      ? p_.messages.end()
                      : std::ranges::find(p_.messages, m->name, &CanMessageParams::message);
  // Without protection it is the frame's own checksum, and nobody receives it.
  if (it == p_.messages.end() || it->e2e == Protection::none)
    lost = true;
  else
    flip(it->crc_at);
}

std::vector<can::Frame> CanSession::passed(Lane& lane, Direction d, TimeNs t, can::Frame f) {
  const can::Message* m = database_.find(f.id, f.extended);
  const Passage p = disturbances_.of(d, m == nullptr ? "" : m->name, t);
  const bool gone = d == Direction::from_controller && (disturbances_.holds(Fault::death, t) ||
                                                        disturbances_.holds(Fault::restart, t));
  const bool no_bus =
      !bus_ && (disturbances_.holds(Fault::bus_off, t) || disturbances_.holds(Fault::babble, t));
  if (const auto last = lane.last.find(f.id); p.frozen && last != lane.last.end())
    f = last->second;
  else
    lane.last[f.id] = f;
  bool lost = p.lost || gone || no_bus;
  spoil(f, p, lost);
  if (lost) return {};
  if (p.delay > 0) {
    lane.coming.emplace_back(t + p.delay, f);
    if (p.twice) lane.coming.emplace_back(t + p.delay, f);
    return {};
  }
  if (p.held && !lane.held) {
    lane.held = f;
    return {};
  }
  std::vector<can::Frame> out{f};
  if (p.twice) out.push_back(f);
  if (lane.held) {
    out.push_back(*lane.held);
    lane.held.reset();
  }
  return out;
}
std::vector<can::Frame> CanSession::arrived(Lane& lane, TimeNs t) {
  std::vector<can::Frame> out;
  std::ranges::stable_sort(lane.coming, {}, &std::pair<TimeNs, can::Frame>::first);
  std::erase_if(lane.coming, [&](const auto& one) {
    if (one.first > t) return false;
    out.push_back(one.second);
    return true;
  });
  return out;
}

LinkFigures CanSession::figures() const {
  LinkFigures out;
  out.at = address();
  out.peer = p_.node + " of " + p_.dbc;
  out.unanswered = unanswered_;
  std::int64_t sent = 0, received = 0, invalid = 0, unsent = undelivered_, clipped = 0;
  const auto add = [&](const can::Message& m, bool is_sent, TimeNs cycle, const Intervals& x,
                       std::int64_t wrong) {
    const double mean = x.intervals > 0 ? x.sum / static_cast<double>(x.intervals) : 0.0;
    out.frames.push_back({.name = m.name,
                          .id = m.id,
                          .sent = is_sent,
                          .n = x.n,
                          .wrong = wrong,
                          .cycle = seconds(cycle),
                          .least = x.least,
                          .mean = mean,
                          .most = x.most});
  };
  for (const Sending& s : sending_) {
    add(*s.message, true, s.cycle, s.seen, s.unsent);
    sent += s.seen.n, unsent += s.unsent, clipped += s.clipped;
  }
  for (const Receiving& r : receiving_) {
    add(*r.message, false, r.cycle, r.seen, r.invalid);
    received += r.seen.n, invalid += r.invalid;
  }
  out.counts = {{"exchanges", "ticks at which frames are sent and read", exchanges_},
                {"awaited", "answers that were waited for", awaited_},
                {"unanswered", "of them that did not come in time", unanswered_},
                {"late", "answers after that", late_},
                {"frames_sent", "by the simulator", sent},
                {"frames_received", "from the controller", received},
                {"unsent", "frames that the adapter or the bus did not take", unsent},
                {"invalid", "frames that their protection rejects", invalid},
                {"unknown", "frames that are not the controller's", unknown_},
                {"clipped", "values that did not fit their bits", clipped},
                {"disturbed", "frames that a fault hit", disturbances_.hit()}};
  if (port_) {
    const can::PortStatus s = port_->status();
    out.counts.push_back({"rejected", "lines of its adapter that can't be read", s.rejected});
    out.counts.push_back(
        {"turned_away", "programs that came beside the controller", s.turned_away});
  } else {
    out.counts.push_back({"differing", "frames other than those of the log", differing_});
  }
  out.times = {{.name = "round_trip",
                .doc = "from the last frame sent until the answer was there",
                .of = round_trips_}};
  return out;
}

}  // namespace evsim::link
