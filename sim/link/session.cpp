#include "sim/link/session.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "sim/base/errors.h"

namespace evsim::link {
namespace {

constexpr double kFirstResend =
    0.02;  // of a datagram without answer; then twice as late each time [s]
constexpr double kLatestResend = 0.5;    // [s]
constexpr double kTimeForHello = 2.0;    // of a stream, and for a proof [s]
constexpr double kLastWords = 0.1;       // [s]
constexpr std::size_t kMostWaiting = 8;  // streams without a hello

std::string_view text_of(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
// Runs of one program differ, and programs started one after the other.
std::uint32_t fresh_session() {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(wall_clock() * 1e6)) | 1u;
}

}  // namespace

Session::Session(Endpoint at, Patience patience, std::string secret)
    : at_(std::move(at)),
      patience_(std::move(patience)),
      secret_(std::move(secret)),
      listening_(bound(at_)),
      buffer_(65536),
      session_(fresh_session()) {}

Session::~Session() { end(); }

// ---- What arrives -----------------------------------------------------------------------------------

void Session::look() {
  if (is_closed_) return;  // who comes waits
  if (is_datagram()) return pump_datagrams();
  pump_active();
  if (connected_ && waiting_.empty() && !std::exchange(knocked_, false)) return;
  accept_all();
  pump_waiting();
}

void Session::pump_datagrams() {
  Peer from;
  while (inbox_.empty()) {  // an answer is taken before more is looked for
    const Received got = listening_.receive_from(buffer_, from.address);
    if (got.io != Io::done) break;
    Decoder one;
    Message m;
    one.feed(std::span(buffer_).first(got.size));
    const bool whole = one.next(m) == Found::message && one.waiting() == 0;
    if (whole && m.type == MessageType::hello)
      secret_.empty() ? consider(from, m) : challenge(stranger(from.address), m);
    else if (const auto p = std::ranges::find(waiting_, from.address, &Peer::address);
             whole && m.type == MessageType::proof && p != waiting_.end()) {
      Peer one_of_them = std::move(*p);
      waiting_.erase(p);
      prove(one_of_them, m);
    } else if (whole && connected_ && from.address == active_.address)
      take(m);
    else
      ++stats_.rejected;
  }
  std::erase_if(waiting_, [this](Peer& p) { return turn_away_late(p); });
}

// Who sends datagrams and is no controller yet.
Session::Peer& Session::stranger(const Address& from) {
  const auto known = std::ranges::find(waiting_, from, &Peer::address);
  if (known != waiting_.end()) return *known;
  make_room();
  waiting_.push_back({.stream = {}, .address = from, .in = {}});
  return waiting_.back();
}

void Session::make_room() {
  if (waiting_.size() < kMostWaiting) return;
  waiting_.erase(waiting_.begin());  // the eldest has had its time
  ++stats_.rejected;
}

void Session::accept_all() {
  const auto has_room = [&] {  // pipes have one other end
    return at_.transport != Transport::fifo || (!connected_ && waiting_.empty());
  };
  while (has_room()) {
    Socket s = listening_.accept();
    if (!s) return;
    make_room();
    waiting_.push_back({.stream = std::move(s), .address = {}, .in = {}, .since = wall_clock()});
  }
}

bool Session::read(Peer& p) {
  const Received got = p.stream.receive(buffer_);
  if (got.io == Io::done) p.in.feed(std::span(buffer_).first(got.size));
  return got.io != Io::closed;
}

void Session::pump_waiting() {
  for (std::size_t i = 0; i < waiting_.size();) {
    Peer p = std::move(waiting_[i]);
    if (is_settled(p))
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    else
      waiting_[i++] = std::move(p);
  }
}

bool Session::is_settled(Peer& p) {
  const bool open = read(p);
  Message m;
  const Found found = p.in.next(m);
  const bool is_hello = found == Found::message && m.type == MessageType::hello;
  if (is_hello && secret_.empty())
    consider(p, m);
  else if (is_hello && open)
    challenge(p, m);
  else if (found == Found::message && m.type == MessageType::proof && p.hello)
    prove(p, m);
  else if (open && found == Found::nothing)
    return turn_away_late(p);
  else
    ++stats_.rejected;
  return !is_hello || secret_.empty() || !open;
}

// Who has not said hello, or proved anything, in time.
bool Session::turn_away_late(Peer& p) {
  if (wall_clock() <= p.since + kTimeForHello) return false;
  if (!p.hello) return ++stats_.rejected, true;
  refuse(p, "no proof of the secret came in time");
  return true;
}

void Session::challenge(Peer& p, const Message& hello) {
  if (!p.hello) p.nonce = fresh_nonce();  // a hello that is said twice has one challenge
  p.hello = hello;
  p.since = wall_clock();
  send(p, {.type = MessageType::challenge,
           .session = session_,
           .schema = crc32(hello.payload),
           .payload = {p.nonce.begin(), p.nonce.end()}});
}

void Session::prove(Peer& p, const Message& proof) {
  const Message hello = std::exchange(p.hello, std::nullopt).value_or(Message{});
  if (proves(proof.payload, secret_, p.nonce, hello.payload)) return consider(p, hello);
  refuse(p, "the proof of the secret is wrong");
  if (&p == &active_) drop();
}

void Session::pump_active() {
  if (!connected_) return;
  const bool open = read(active_);
  Message m;
  Found found = Found::nothing;
  while (connected_ && (found = active_.in.next(m)) == Found::message)
    if (m.type == MessageType::hello)
      secret_.empty() ? consider(active_, m) : challenge(active_, m);
    else if (m.type == MessageType::proof && active_.hello)
      prove(active_, m);
    else
      take(m);
  if (is_wrong(found)) {
    ++stats_.rejected;
    send_text(active_, MessageType::refused, "got " + std::string(name(found)) + "\n");
  }
  if (connected_ && (!open || is_wrong(found))) drop();
}

void Session::take(const Message& m) {
  if (m.type == MessageType::bye) return drop();
  if (m.type == MessageType::answer && m.session == session_ && m.schema == schema_)
    inbox_.push_back(m);
  else if (m.type != MessageType::answer)
    ++stats_.rejected;
  // An answer to an earlier run is nothing to count.
}

// p may be the active one, which has started again.
void Session::consider(Peer& p, const Message& hello) {
  const bool again =
      connected_ && (&p == &active_ || (is_datagram() && p.address == active_.address));
  // A datagram's sender says nothing as it dies: who asks while it is silent takes its place.
  const bool takes_over = is_datagram() && (silent_ || asked_again_);
  if (connected_ && !again && !takes_over)
    return refuse(p, "there is a controller: " + hello_.name);
  const std::string wrong = adopt(hello.payload);
  if (!wrong.empty()) {
    refuse(p, wrong);
    if (again) drop();
    return;
  }
  if (connected_ && !again) ++stats_.dropped;
  if (&p != &active_) active_ = std::move(p);
  connected_ = true;
  silent_ = false;
  ++stats_.joined;
  resend_ = true;
  inbox_.clear();
  welcome();
}

void Session::refuse(const Peer& p, const std::string& why) {
  ++stats_.refused;
  refusal_ = why;
  send_text(p, MessageType::refused, why + "\n");
  // Pipes are emptied for the next one.
  const double until = wall_clock() + kLastWords;
  while (p.stream.is_unread() && wall_clock() < until) wait_for({}, 0.001);
}

// Takes a hello as that of the controller; returns what is wrong with it.
std::string Session::adopt(const std::vector<std::uint8_t>& text) {
  try {
    hello_ = read_hello(text_of(text), signals_);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  hello_text_ = text;
  schema_ = crc32(hello_text_);
  return "";
}

// ---- What is sent -----------------------------------------------------------------------------------

Io Session::send(const Peer& p, const Message& m) const { return send(p, encoded(m)); }
Io Session::send(const Peer& p, std::span<const std::uint8_t> bytes) const {
  return is_datagram() ? listening_.send_to(p.address, bytes) : p.stream.send(bytes);
}
void Session::send_text(const Peer& p, MessageType type, std::string_view text) const {
  Message m{.type = type, .session = session_, .schema = schema_, .payload = {}};
  text = text.substr(0, kLongestPayload);
  m.payload.assign(text.begin(), text.end());
  send(p, m);
}

void Session::welcome() {
  std::vector<double> config;
  for (const Wanted& w : hello_.config) config.push_back(from_si(*w.unit, config_[w.signal]));
  const std::string missing = not_given(hello_, signals_);
  const std::string text = "evsim: " + signals_.role + (signals_.unit.empty() ? "" : " of ") +
                           signals_.unit + "\n" +
                           (missing.empty() ? "" : "not given, so as before: " + missing + "\n");
  const Message m{.type = MessageType::welcome,
                  .session = session_,
                  .schema = schema_,
                  .payload = welcome_payload(T_s_, config, text)};
  if (send(active_, m) == Io::closed) drop();
}

void Session::drop() {
  if (!connected_) return;
  connected_ = silent_ = false;
  active_ = {};
  inbox_.clear();
  ++stats_.dropped;
}

void Session::send_step() {
  resend_ = false;
  auto bytes = encoded(step_);
  if (std::exchange(garbles_, false)) bytes.back() ^= 1;
  for (int k = std::exchange(sends_twice_, false) ? 2 : 1; k > 0 && connected_; --k)
    if (send(active_, bytes) == Io::closed) drop();
}

// ---- A run --------------------------------------------------------------------------------------------

// Reads until `done`; false where the deadline has passed or it is told to stop.
bool Session::wait_until(double deadline, const std::function<bool()>& done) {
  double next_send = wall_clock() + kFirstResend, pause = kFirstResend;
  while (!done()) {
    const double now = wall_clock();
    if (now >= deadline || patience_.is_stopped()) return false;
    if (connected_ && resend_) send_step();
    if (is_datagram() && connected_ && now >= next_send) {
      pause = std::min(2.0 * pause, kLatestResend);
      next_send = now + pause;
      asked_again_ = true;
      ++stats_.resent;
      send_step();
    }
    std::vector<const Socket*> all{&listening_};
    if (connected_ && !is_datagram()) all.push_back(&active_.stream);
    for (const Peer& p : waiting_) all.push_back(&p.stream);
    const double least = is_datagram() && connected_ ? next_send - now : kBetweenLooks;
    const auto ready =
        wait_for(all, std::clamp(std::min(least, deadline - now), 0.0, kBetweenLooks));
    knocked_ = (ready & 1u) != 0;
    look();
  }
  return true;
}

void Session::begin(const Interface& signals, std::vector<double> config, double T_s, TimeNs t) {
  signals_ = signals;
  config_ = std::move(config);
  T_s_ = T_s;
  ++session_;
  sequence_ = answered_ = 0;
  inbox_.clear();
  silent_ = asked_again_ = resend_ = false;
  disturbances_.begin();
  inputs_coming_.clear();
  outputs_coming_.clear();
  held_.reset();
  is_closed_ = garbles_ = sends_twice_ = waits_for_one_ = false;
  step_ = {
      .type = MessageType::bye, .session = session_, .schema = schema_, .time = t, .payload = {}};
  if (connected_) {  // another car may have other signals
    const std::string wrong = adopt(std::vector(hello_text_));
    if (wrong.empty()) return welcome();
    refuse(active_, wrong);
    drop();
  }
  const bool is_there = wait_until(patience_.deadline(), [&] {
    resend_ = false;  // there is no step yet
    return connected_;
  });
  resend_ = false;
  if (!is_there)
    throw EnvironmentError(
        "no controller for " + signals_.role + " came to " + to_string(at_) +
        (patience_.is_stopped() ? " before the run was interrupted" : " within the patience") +
        (refusal_.empty() ? "" : "; the last one that asked was turned away:\n" + refusal_));
}

bool Session::read_out(const Message& m, Outputs& outputs) {
  std::vector<double> values(hello_.outputs.size());
  std::uint64_t valid = 0;
  if (!read_answer(m.payload, valid, values)) {
    ++stats_.rejected;
    send_text(active_, MessageType::refused,
              "an answer must hold a mask and " + std::to_string(values.size()) + " values\n");
    drop();
    return false;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Wanted& w = hello_.outputs[i];
    if ((valid >> i & 1u) == 0) continue;
    outputs.values[w.signal] = to_si(*w.unit, values[i]);
    outputs.given[w.signal] = 1;
  }
  return true;
}

// Answers to exchanges before, of which the newest counts: to the one that it was not waited for any longer, or, where
// time is held to the wall clock, to any since.
Answer Session::read_late(bool is_paced, Outputs& outputs) {
  std::optional<Message> newest;
  for (Message& m : std::exchange(inbox_, {}))
    if (m.sequence > answered_ && (is_paced || silent_)) {
      ++stats_.late;
      answered_ = m.sequence;
      newest = std::move(m);
    } else {
      ++stats_.duplicates;
    }
  if (!newest) return Answer::none;
  silent_ = false;
  // In lockstep the exchange at hand is answered anew.
  return is_paced && read_out(*newest, outputs) ? Answer::late : Answer::none;
}

Answer Session::ask(TimeNs t, std::uint32_t ticks, std::span<const double> inputs, Outputs& outputs,
                    std::optional<double> answer_by) {
  ++stats_.exchanges;
  ++sequence_;
  // Else what has come meanwhile is found as the answer is waited for.
  if (!connected_ || silent_ || answer_by) look();
  Answer out = read_late(answer_by.has_value(), outputs);
  if (!connected_ || (silent_ && !answer_by)) return out;

  const auto compose = [&] {
    std::vector<double> values;
    for (const Wanted& w : hello_.inputs) values.push_back(from_si(*w.unit, inputs[w.signal]));
    const auto n = values.size();
    const std::uint64_t valid = n == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
    step_ = {.type = MessageType::step,
             .sequence = sequence_,
             .session = session_,
             .schema = schema_,
             .time = t,
             .payload = step_payload(ticks, valid, values)};
  };
  compose();
  asked_again_ = false;
  const double from = wall_clock();
  send_step();
  std::optional<Message> answer;
  const auto is_answered = [&] {
    const auto mine = std::ranges::find(inbox_, sequence_, &Message::sequence);
    if (mine != inbox_.end()) {
      answer = std::move(*mine);
      inbox_.erase(mine);
    }
    if (read_late(answer_by.has_value(), outputs) == Answer::late) out = Answer::late;
    if (resend_) compose();  // another controller asks for other signals
    return answer.has_value() || !connected_;
  };
  const bool came = wait_until(answer_by.value_or(patience_.deadline()), is_answered);
  if (answer && connected_ && read_out(*answer, outputs)) {
    answered_ = sequence_;
    silent_ = false;
    ++stats_.answered;
    stats_.round_trips.add(wall_clock() - from);
    return Answer::in_time;
  }
  if (connected_ && !came) {
    silent_ = true;
    ++stats_.silences;
  }
  return out;
}

Answer Session::exchange(TimeNs t, std::uint32_t ticks, std::span<const double> inputs,
                         Outputs& outputs, std::optional<double> answer_by) {
  return disturbances_.is_empty() && outputs_coming_.empty() && inputs_coming_.empty()
             ? ask(t, ticks, inputs, outputs, answer_by)
             : ask_disturbed(t, ticks, inputs, outputs, answer_by);
}

// ---- Faults -------------------------------------------------------------------------------------------

void Session::link_fault(const scenario::LinkFault& f, TimeNs t, std::uint64_t seed) {
  if (f.fault == Fault::restart) {
    end();
    drop();
    waits_for_one_ = true;
  }
  disturbances_.add(f, t, seed);
}

Answer Session::ask_disturbed(TimeNs t, std::uint32_t ticks, std::span<const double> inputs,
                              Outputs& outputs, std::optional<double> answer_by) {
  const bool is_dead = disturbances_.holds(Fault::death, t);
  if (is_dead) {
    end();
    drop();
  }
  // In lockstep the one that starts again is waited for.
  if (!is_dead && (is_closed_ || std::exchange(waits_for_one_, false)) && !answer_by) {
    is_closed_ = false;
    wait_until(patience_.deadline(), [this] { return connected_; });
  }
  is_closed_ = is_dead;
  const bool is_silenced =
      is_dead || disturbances_.holds(Fault::bus_off, t) || disturbances_.holds(Fault::babble, t);
  const Passage to = disturbances_.of(Direction::to_controller, "", t);
  const Passage from = disturbances_.of(Direction::from_controller, "", t);

  if (!to.lost && !is_silenced)
    inputs_coming_.emplace_back(t + to.delay, std::vector(inputs.begin(), inputs.end()));
  std::optional<std::vector<double>> arrived;
  std::erase_if(inputs_coming_, [&](auto& one) {
    if (one.first > t) return false;
    arrived = std::move(one.second);
    return true;
  });
  Answer a = Answer::none;
  if (arrived) {
    if (to.frozen) --sequence_;  // the controller takes it for the one before, sent again
    garbles_ = to.corrupt || to.wrong_crc;
    sends_twice_ = to.twice;
    if (answered_with_.values.size() != outputs.values.size()) answered_with_ = outputs;
    a = ask(t, ticks, *arrived, answered_with_, answer_by);
    garbles_ = sends_twice_ = false;
  } else {
    ++stats_.exchanges;
    look();
    inbox_.clear();
  }
  if (a != Answer::none && !from.lost && !is_silenced) {
    if (from.corrupt || from.wrong_crc)
      ++stats_.rejected;
    else if (from.held && !held_)
      held_ = answered_with_;
    else
      outputs_coming_.emplace_back(t + from.delay, answered_with_);
  }
  a = Answer::none;
  std::erase_if(outputs_coming_, [&](auto& one) {
    if (one.first > t) return false;
    outputs = std::move(one.second);
    a = Answer::in_time;
    return true;
  });
  if (a != Answer::none && held_) {  // it comes after its successor
    outputs = *held_;
    held_.reset();
  }
  return a;
}

LinkFigures Session::figures() const {
  const Stats& x = stats_;
  LinkFigures out;
  out.at = address();
  out.peer = peer();
  out.unanswered = x.exchanges - x.answered;
  out.counts = {
      {"exchanges", "with the controller", x.exchanges},
      {"unanswered", "exchanges without an answer in time", out.unanswered},
      {"silences", "times that the patience, or the time for an answer, ended", x.silences},
      {"late", "answers after that", x.late},
      {"joined", "controllers that came", x.joined},
      {"dropped", "controllers that left or died", x.dropped},
      {"resent", "steps sent again", x.resent},
      {"duplicates", "answers that came twice", x.duplicates},
      {"refused", "controllers turned away", x.refused},
      {"rejected", "messages that were none", x.rejected},
      {"disturbed", "messages that a fault hit", disturbances_.hit()}};
  out.times = {{.name = "round_trip",
                .doc = "from a step sent until its answer was there",
                .of = x.round_trips}};
  return out;
}

void Session::end() {
  if (connected_) send_text(active_, MessageType::bye, "");
}

}  // namespace evsim::link
