#include "gui/live/server.h"

#include <algorithm>
#include <utility>

#include "sim/base/errors.h"

namespace evsim::live {
namespace {

constexpr double kTimeForHello = 5.0;           // [s]
constexpr std::size_t kMostStrangers = 8;       // at once
constexpr double kBetweenPictures = 0.008;      // [s]
constexpr std::size_t kMostUnsent = 256 << 10;  // to a window that gets samples [byte]
constexpr std::size_t kPicturesBelow = 64 << 10;
constexpr std::size_t kNoticesKept = 2048, kFramesKept = 16384, kRecordsKept = 4;
constexpr std::int64_t kRowsAtOnce = 64;

const link::Endpoint& checked(const Server::Options& o) {
  if (!is_loopback(o.at) && o.secret.empty())
    throw InputError(
        Problem{.path = "--listen",
                .what = link::to_string(o.at) +
                        " can be reached from other machines: needs a secret (--secret FILE)"});
  return o.at;
}

}  // namespace

bool is_loopback(const link::Endpoint& e) {
  return e.transport == link::Transport::unix_stream || e.host == "localhost" || e.host == "::1" ||
         e.host.starts_with("127.");
}

Server::Server(Options options, Port& port, CaseFiles setup)
    : options_((static_cast<void>(checked(options)), std::move(options))),
      port_(port),
      setup_(std::move(setup)),
      listening_(link::bound(options_.at)),
      session_(fresh_number()),
      width_(port.infos.size() + 1),
      rows_kept_(std::max<std::size_t>(kBacklog / (sizeof(double) * width_), 1)) {
  setup_.signals = port.infos;
  setup_.buses = port.buses;
}

void Server::look(double longest) {
  wait(longest);
  accept();
  std::erase_if(strangers_, [this](Stranger& s) { return is_settled(s); });
  if (window_) pump_window();
  collect();
  if (window_) feed();
}

void Server::wait(double longest) {
  std::vector<link::Waitable> all{{listening_.handle(), false}};
  for (const Stranger& s : strangers_) all.push_back(s.stream.waitable());
  if (window_) all.push_back(window_->stream.waitable());
  link::wait_for_handles(all, longest);
}

// ---- Who comes ----------------------------------------------------------------------------------

void Server::accept() {
  while (link::Socket s = listening_.accept()) {
    if (strangers_.size() >= kMostStrangers) strangers_.erase(strangers_.begin());
    link::notice_silence(s);
    strangers_.push_back(
        {.stream = Stream(std::move(s), kLongestHello), .since = link::wall_clock()});
  }
}

bool Server::is_settled(Stranger& s) {
  const bool is_open = s.stream.pump();
  if (!is_open || link::wall_clock() > s.since + kTimeForHello) return true;
  if (!s.refused.empty()) return false;  // it has time to read why
  while (s.refused.empty()) {
    const auto m = s.stream.in().next();
    if (!m) break;
    take(s, *m);
    if (!s.stream.socket()) return true;  // it is the window now
  }
  if (s.stream.in().is_wrong()) refuse(s, "got what is no message of a window");
  s.stream.pump();
  return false;
}

void Server::take(Stranger& s, const Message& m) {
  if (m.type == MessageType::hello && !s.is_challenged) {
    // Of another version only the first number is known.
    Unpacker shapes(m.payload);
    std::uint32_t theirs = 0;
    shapes.take(theirs);
    if (!shapes.ok() || theirs != shapes_of_messages())
      return refuse(s, "the window is of another version of evsim than the simulation");
    const auto hello = unpacked<Hello>(m.payload);
    if (!hello || hello->window == 0) return refuse(s, "got a hello that is none");
    s.hello = *hello;
    s.hello_bytes = m.payload;
    if (options_.secret.empty()) return welcome(s);
    s.nonce = link::fresh_nonce();
    s.is_challenged = true;
    return s.stream.send(MessageType::challenge, Challenge{{s.nonce.begin(), s.nonce.end()}});
  }
  if (m.type == MessageType::proof && s.is_challenged) {
    const auto proof = unpacked<Proof>(m.payload);
    if (!proof || !link::proves(proof->digest, options_.secret, s.nonce, s.hello_bytes))
      return refuse(s, "the proof of the secret is wrong");
    return welcome(s);
  }
  refuse(s, "got a message out of turn");
}

void Server::refuse(Stranger& s, const std::string& why) {
  s.refused = why;
  s.stream.send(MessageType::refused, Refused{why});
  say("refused" + (s.hello.name.empty() ? "" : " " + s.hello.name) + ": " + why);
}

// What it has missed since it was here, or all that is kept.
void Server::welcome(Stranger& s) {
  const Hello& h = s.hello;
  const bool is_back = h.session == session_ && h.window == whose_;
  if (window_ && window_->hello.window != h.window)
    return refuse(s, "there is a window already: " + window_->hello.name);
  if (h.session != 0 && h.session != session_)
    return refuse(s, "another simulation runs here now than the one that the window shows");
  if (window_) drop("came anew");
  if (!is_back) {
    whose_ = h.window;
    last_request_ = 0;
    notices_.clear();
    first_notice_ = 0;
  }
  Welcome out{.session = session_, .requests = last_request_, .setup = {}, .edits = {}};
  if (h.session == 0) out.setup.push_back(setup_);
  for (const auto& [path, value] : edits_) out.edits.push_back({.path = path, .value = value});
  s.stream.in().set_longest(kLongestRequest);
  s.stream.send(MessageType::welcome, out);
  window_ = std::make_unique<Window>(Window{.stream = std::move(s.stream),
                                            .hello = h,
                                            .next_row = std::clamp<std::int64_t>(h.rows, 0, rows_),
                                            .next_notice = std::max(h.notices, first_notice_)});
  is_picture_new_ = are_links_new_ = true;
  say(window_->hello.name + (is_back ? " is back" : " came"));
}

// ---- The window ---------------------------------------------------------------------------------

void Server::drop(const std::string& why) {
  say(window_->hello.name + " " + why);
  window_.reset();
}

void Server::pump_window() {
  bool is_right = window_->stream.pump();
  while (is_right)
    if (const auto m = window_->stream.in().next())
      is_right = take_request(*m);
    else
      break;
  if (!is_right || window_->stream.in().is_wrong()) drop("left");
}

bool Server::take_request(const Message& m) {
  if (m.type != MessageType::request) return false;
  auto r = unpacked<Request>(m.payload);
  if (!r || r->id <= last_request_) return false;
  last_request_ = r->id;
  const std::uint64_t id = port_.ask(r->ask);
  if (id == 0) {
    notices_.push_back({.id = r->id,
                        .t = port_.pictures.front().t,
                        .refused = "the simulation takes no more requests for now"});
    return true;
  }
  pending_.emplace(id, Pending{.window = whose_, .id = r->id, .what = std::move(r->ask)});
  return true;
}

// ---- From the simulation ------------------------------------------------------------------------

void Server::collect() {
  port_.notices.drain([this](const Notice& n) { met(n); });
  port_.samples.drain([this](const double* row) { keep_row(row); });
  port_.log.drain([this](const Logged& l) { keep_log(l); });
  port_.records.drain([this](const Record& r) { records_.push_back(r); });
  while (records_.size() > kRecordsKept) records_.pop_front();
  is_picture_new_ |= port_.pictures.fetch();
  are_links_new_ |= port_.links.fetch();
  port_.frames.drain([this](const BusFrame& f) { frames_.push_back(f); });
  for (; frames_.size() > kFramesKept; ++frames_lost_) frames_.pop_front();
}

void Server::met(Notice n) {
  const auto it = pending_.find(n.id);
  if (it == pending_.end()) return;
  if (n.refused.empty()) note(it->second.what);
  if (it->second.window == whose_) {
    n.id = it->second.id;
    notices_.push_back(std::move(n));
    for (; notices_.size() > kNoticesKept; ++first_notice_) notices_.pop_front();
  }
  // Those before it whose notice was lost, too.
  pending_.erase(pending_.begin(), std::next(it));
}

// What parameters a window that comes later finds changed.
void Server::note(const Ask& what) {
  if (const auto* c = std::get_if<Command>(&what))
    if (const auto* set = std::get_if<scenario::SetParameter>(&c->event.command))
      edits_[set->path] = set->value;
  if (const auto* back = std::get_if<GoBack>(&what)) {
    edits_.clear();
    for (const GoBack::Edit& e : back->edits)
      if (!e.as_loaded) edits_[e.set.path] = e.set.value;
  }
}

// After a way back commands come again under their old numbers.
void Server::keep_log(const Logged& l) {
  if (l.at > log_.size()) return;
  log_.resize(l.at);
  log_.push_back(l);
  if (window_) window_->next_log = std::min(window_->next_log, l.at);
}

void Server::keep_row(const double* row) {
  const auto at = static_cast<std::size_t>(rows_) % rows_kept_;
  if (backlog_.size() < (at + 1) * width_) backlog_.resize((at + 1) * width_);
  std::copy(row, row + width_, backlog_.begin() + static_cast<std::ptrdiff_t>(at * width_));
  ++rows_;
}

// ---- To the window ------------------------------------------------------------------------------

void Server::feed() {
  Window& w = *window_;
  for (; w.next_log < log_.size(); ++w.next_log) w.stream.send(MessageType::log, log_[w.next_log]);
  for (; !records_.empty() && w.stream.unsent() < kMostUnsent; records_.pop_front())
    w.stream.send(MessageType::record, records_.front());
  feed_pictures();
  for (; w.next_notice < first_notice_ + std::ssize(notices_); ++w.next_notice)
    w.stream.send(MessageType::notice,
                  notices_[static_cast<std::size_t>(w.next_notice - first_notice_)]);
  feed_rows();
  feed_frames();
  if (!w.stream.pump()) drop("left");
}

void Server::feed_pictures() {
  Window& w = *window_;
  const double now = link::wall_clock();
  if (w.stream.unsent() > kPicturesBelow || now < w.last_picture + kBetweenPictures) return;
  if (std::exchange(is_picture_new_, false))
    w.stream.send(MessageType::picture, port_.pictures.front());
  if (port_.figures.fetch()) w.stream.send(MessageType::figures, port_.figures.front());
  if (std::exchange(are_links_new_, false) && !port_.links.front().links.empty())
    w.stream.send(MessageType::links, port_.links.front());
  w.last_picture = now;
}

// Numbers that are left out tell the window how many it has missed.
void Server::feed_rows() {
  Window& w = *window_;
  w.next_row = std::max(w.next_row, rows_ - static_cast<std::int64_t>(rows_kept_));
  while (w.next_row < rows_ && w.stream.unsent() < kMostUnsent) {
    const std::int64_t n = std::min(rows_ - w.next_row, kRowsAtOnce);
    Rows out{.first = w.next_row, .values = {}};
    out.values.reserve(static_cast<std::size_t>(n) * width_);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(w.next_row + i) % rows_kept_ * width_;
      const auto from = backlog_.begin() + static_cast<std::ptrdiff_t>(at);
      out.values.insert(out.values.end(), from, from + static_cast<std::ptrdiff_t>(width_));
    }
    w.next_row += n;
    w.stream.send(MessageType::rows, out);
  }
}

void Server::feed_frames() {
  if (frames_.empty() || window_->stream.unsent() > kMostUnsent) return;
  window_->stream.send(MessageType::frames,
                       Frames{.all = {frames_.begin(), frames_.end()}, .lost = frames_lost_});
  frames_.clear();
}

}  // namespace evsim::live
