// A controller behind a socket, in a thread of its own, made from the header that firmware includes.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "sim/link/evsim_link.h"
#include "sim/link/socket.h"

namespace evsim::link {

class SocketController {
 public:
  // compute: from input to output of the link. It may ask the controller to do other things than answer.
  enum class Then : std::uint8_t { answer, answer_twice, be_silent, die };
  using Compute = std::function<Then(evsim_link&)>;

  SocketController(Endpoint at, std::string hello, Compute compute, std::string secret = {})
      : at_(std::move(at)),
        hello_(std::move(hello)),
        compute_(std::move(compute)),
        secret_(std::move(secret)),
        link_(std::make_unique<evsim_link>()),
        thread_([this] { run(); }) {}
  ~SocketController() {
    stop_ = true;
    thread_.join();
  }
  SocketController(const SocketController&) = delete;
  SocketController& operator=(const SocketController&) = delete;

  int steps() const { return steps_; }
  int welcomes() const { return welcomes_; }
  bool ended() const { return ended_; }
  // After it has ended.
  std::string text() const { return link_->text; }

 private:
  void run() {
    evsim_link_begin_with(link_.get(), hello_.c_str(), secret_.data(), secret_.size());
    Socket s;
    while (!stop_ && !s) try {
        s = connected(at_);
      } catch (const std::exception&) {  // the simulator is late
        std::this_thread::yield();
      }
    const bool datagrams = at_.transport == Transport::udp;
    std::vector<std::uint8_t> buffer(20000);
    send(s);
    double said = wall_clock();
    while (!stop_) {
      const Socket* one = &s;
      wait_for(std::span(&one, 1), 0.02);
      const Received got = s.receive(buffer);
      if (got.io == Io::closed && !datagrams) break;
      if (datagrams && link_->session == 0 && wall_clock() > said + 0.1) {
        evsim_link_hello(link_.get());
        send(s);
        said = wall_clock();
      }
      if (got.io != Io::done) continue;
      for (std::size_t at = 0; at < got.size;) {
        at += evsim_link_feed(link_.get(), buffer.data() + at, got.size - at);
        if (!take(s)) {
          ended_ = true;
          return;
        }
      }
    }
    ended_ = true;
  }
  // False: it dies.
  bool take(const Socket& s) {
    enum evsim_link_event what {};
    while ((what = evsim_link_next(link_.get())) != EVSIM_LINK_NOTHING) {
      if (what == EVSIM_LINK_WELCOME) ++welcomes_;
      if (what == EVSIM_LINK_REFUSED || what == EVSIM_LINK_GARBAGE || what == EVSIM_LINK_BYE)
        return false;
      if (what == EVSIM_LINK_RESEND) send(s);
      if (what != EVSIM_LINK_STEP) continue;
      ++steps_;
      const Then then = compute_(*link_);
      if (then == Then::die) return false;
      if (then == Then::be_silent) continue;
      evsim_link_answer(link_.get());
      send(s);
      if (then == Then::answer_twice) {
        link_->out_size = link_->answer_size;
        send(s);
      }
    }
    return true;
  }
  void send(const Socket& s) {
    if (link_->out_size > 0) s.send(std::span(link_->out, link_->out_size));
    link_->out_size = 0;
  }

  Endpoint at_;
  std::string hello_;
  Compute compute_;
  std::string secret_;
  std::unique_ptr<evsim_link> link_;
  std::atomic<bool> stop_ = false, ended_ = false;
  std::atomic<int> steps_ = 0, welcomes_ = 0;
  std::thread thread_;
};

}  // namespace evsim::link
