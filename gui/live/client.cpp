#include "gui/live/client.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include "sim/base/errors.h"
#include "sim/base/sha256.h"
#include "sim/link/secret.h"

namespace evsim::live {
namespace {

constexpr double kTimeForWelcome = 5.0;  // of one who is back [s]
constexpr double kAfterRefusal = 2.0;    // until the next try [s]

}  // namespace

Client::Client(Options options)
    : options_(std::move(options)),
      stream_(std::make_unique<Stream>(link::connected(options_.at), kLongestAnswer)) {
  peer_ = link::peer_of(stream_->socket());
  link::notice_silence(stream_->socket());
  hello_ = {.shapes = shapes_of_messages(), .window = fresh_number(), .name = options_.name};
  state_.text = link::to_string(options_.at);
  say_hello();
  const double until = link::wall_clock() + options_.patience;
  while (!has_picture_ && refused_.empty() && link::wall_clock() < until) {
    look(0.05);
    if (!stream_ && refused_.empty()) refused_ = "the connection was closed";
  }
  if (!refused_.empty()) throw EnvironmentError(link::to_string(options_.at) + ": " + refused_);
  if (!has_picture_)
    throw EnvironmentError(link::to_string(options_.at) + ": no simulation answered");
  tell();
}

void Client::say_hello() {
  hello_bytes_ = packed(hello_);
  stream_->send(MessageType::hello, hello_);
  silent_since_ = link::wall_clock();
}

void Client::cut() {
  if (stream_) lose("cut");
}

// ---- Of the thread --------------------------------------------------------------------------------

void Client::look(double longest) {
  if (!stream_) {
    send_requests();
    if (link::wall_clock() >= next_try_) return try_again();
    std::this_thread::sleep_for(std::chrono::duration<double>(longest));
    return;
  }
  const std::array<link::Waitable, 1> all{stream_->waitable()};
  link::wait_for_handles(all, longest);
  send_requests();
  const bool is_open = stream_->pump();
  while (stream_) {
    const auto m = stream_->in().next();
    if (!m) break;
    take(*m);
  }
  if (!stream_) return;
  if (!is_open) return lose("the connection was closed");
  if (stream_->in().is_wrong()) return lose("got what is no message of a simulation");
  if (!is_welcome_ && port_ && link::wall_clock() > silent_since_ + kTimeForWelcome)
    lose("no simulation answered");
}

void Client::lose(const std::string& why) {
  const bool was_welcome = std::exchange(is_welcome_, false);
  stream_.reset();
  next_try_ = link::wall_clock() + (refused_.empty() ? options_.between_tries : kAfterRefusal);
  if (was_welcome) ++state_.times_cut;
  state_.is_open = false;
  state_.text = link::to_string(options_.at) + ": " + (refused_.empty() ? why : refused_);
  tell();
}

void Client::try_again() {
  link::Socket s = link::connecting(peer_);
  if (!s) {
    next_try_ = link::wall_clock() + options_.between_tries;
    return;
  }
  link::notice_silence(s);
  refused_.clear();
  stream_ = std::make_unique<Stream>(std::move(s), kLongestAnswer);
  say_hello();
}

void Client::tell() {
  connection_.back() = state_;
  connection_.publish();
}

// ---- To the simulation ----------------------------------------------------------------------------

void Client::send_requests() {
  if (!port_) return;
  port_->requests.drain([this](const Request& r) {
    if (!is_welcome_) return refuse(r.id, "not connected to the simulation: not done");
    unanswered_.emplace(r.id, true);
    stream_->send(MessageType::request, r);
  });
}

void Client::refuse(std::uint64_t id, const std::string& why) {
  port_->notices.push({.id = id, .t = t_, .refused = why});
}

void Client::prove(const Message& challenge) {
  const auto c = unpacked<Challenge>(challenge.payload);
  if (!c) return lose("got a challenge that is none");
  if (options_.secret.empty()) {
    refused_ = "the simulation asks for a secret (--secret FILE)";
    return lose(refused_);
  }
  std::string text(c->nonce.begin(), c->nonce.end());
  text.append(hello_bytes_.begin(), hello_bytes_.end());
  const Digest digest = hmac_sha256(options_.secret, text);
  stream_->send(MessageType::proof, Proof{{digest.begin(), digest.end()}});
}

// ---- From the simulation --------------------------------------------------------------------------

void Client::take(const Message& m) {
  if (m.type == MessageType::challenge && !is_welcome_) return prove(m);
  if (m.type == MessageType::refused) {
    const auto r = unpacked<Refused>(m.payload);
    refused_ = r && !r->why.empty() ? r->why : "refused";
    return lose(refused_);
  }
  const auto with = [this, &m]<class X>(const auto& then, std::type_identity<X>) {
    auto x = unpacked<X>(m.payload);
    x ? then(*x) : lose("got a message that is none");
  };
  if (m.type == MessageType::welcome && !is_welcome_)
    return with([this](const Welcome& w) { take(w); }, std::type_identity<Welcome>());
  if (!is_welcome_) return lose("got a message out of turn");
  switch (m.type) {
    case MessageType::notice:
      return with(
          [this](Notice& n) {
            ++hello_.notices;
            unanswered_.erase(n.id);
            port_->notices.push(std::move(n));
          },
          std::type_identity<Notice>());
    case MessageType::picture:
      return with(
          [this](Picture& p) {
            if (p.values.size() != port_->infos.size()) return lose("got a picture of another car");
            p.samples_lost += lost_;
            t_ = p.t;
            has_picture_ = true;
            port_->pictures.back() = std::move(p);
            port_->pictures.publish();
          },
          std::type_identity<Picture>());
    case MessageType::rows:
      return with([this](const Rows& r) { take(r); }, std::type_identity<Rows>());
    case MessageType::links:
      return with(
          [this](LinkPicture& p) {
            p.frames_lost += frames_lost_here_ + frames_lost_there_;
            port_->links.back() = std::move(p);
            port_->links.publish();
          },
          std::type_identity<LinkPicture>());
    case MessageType::frames:
      return with(
          [this](const Frames& f) {
            frames_lost_there_ = f.lost;
            for (const BusFrame& one : f.all)
              if (one.bus < port_->buses.size() && one.frame.length <= one.frame.data.size())
                if (!port_->frames.push(one)) ++frames_lost_here_;
          },
          std::type_identity<Frames>());
    case MessageType::log:
      return with([this](Logged& l) { port_->log.push(std::move(l)); },
                  std::type_identity<Logged>());
    case MessageType::figures:
      return with(
          [this](Figures& f) {
            port_->figures.back() = std::move(f);
            port_->figures.publish();
          },
          std::type_identity<Figures>());
    case MessageType::record:
      return with(
          [this](Record& r) {
            for (const std::size_t s : r.signals)
              if (s >= port_->infos.size()) return lose("got a record of another car");
            if (r.numbers.size() % r.width() != 0) return lose("got a record that is none");
            port_->records.push(std::move(r));
          },
          std::type_identity<Record>());
    default: return lose("got a message out of turn");
  }
}

void Client::take(const Welcome& w) {
  if (!port_) {
    if (w.setup.size() != 1) return lose("got a welcome without a car");
    setup_ = w.setup.front();
    edits_ = w.edits;
    port_ = std::make_unique<Port>(setup_.signals, options_.sample_rows, setup_.buses);
  }
  hello_.session = w.session;
  is_welcome_ = true;
  state_.is_open = true;
  state_.text = link::to_string(options_.at);
  if (has_picture_) tell();
  for (auto it = unanswered_.begin(); it != unanswered_.end();)
    if (it->first > w.requests) {
      refuse(it->first, "the connection was cut before it arrived: not done");
      it = unanswered_.erase(it);
    } else {
      ++it;
    }
}

void Client::take(const Rows& r) {
  const std::size_t width = port_->infos.size() + 1;
  if (r.values.size() % width != 0 || r.first < hello_.rows) return lose("got samples out of turn");
  lost_ += r.first - hello_.rows;
  const std::size_t n = r.values.size() / width;
  for (std::size_t i = 0; i < n; ++i) {
    double* row = port_->samples.next();
    if (row == nullptr) {
      lost_ += static_cast<std::int64_t>(n - i);
      break;
    }
    std::copy_n(r.values.begin() + static_cast<std::ptrdiff_t>(i * width), width, row);
    port_->samples.commit();
  }
  hello_.rows = r.first + static_cast<std::int64_t>(n);
}

}  // namespace evsim::live
