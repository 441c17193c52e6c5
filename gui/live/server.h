// Lets one window after the other, on whatever machine, see and steer a simulation through its port.
// The simulation waits for nobody: a window that is too slow misses samples, which are counted, and one that was cut off
// finds what was sampled meanwhile, as far back as kBacklog bytes reach.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gui/live/messages.h"
#include "sim/link/secret.h"

namespace evsim::live {

class Server {
 public:
  static constexpr std::size_t kBacklog = 32 << 20;  // of samples [byte]

  struct Options {
    link::Endpoint at;
    std::string secret =
        {};  // "": none is asked for, and nobody beyond this machine may be listened to
    std::function<void(const std::string&)> say = {};  // who comes, goes, is refused
  };
  // port: must outlive it. Throws EnvironmentError where it can't listen, InputError where it would need a secret.
  Server(Options options, Port& port, CaseFiles setup);

  const link::Endpoint& endpoint() const { return options_.at; }
  bool has_window() const { return window_ != nullptr; }
  // As if the network had cut it off with what it sent last.
  void forget_window() { window_.reset(); }
  // Meets what has come and sends what there is; waits for something to come, at most so long [s].
  void look(double longest);

 private:
  struct Stranger {
    Stream stream;
    double since;  // wall clock [s]
    Hello hello = {};
    Bytes hello_bytes = {};
    link::Nonce nonce = {};
    bool is_challenged = false;
    std::string refused = {};  // why; then only its last words are sent
  };
  struct Window {
    Stream stream;
    Hello hello;
    std::int64_t next_row, next_notice;
    std::size_t next_log = 0;
    double last_picture = 0.0;  // wall clock [s]
  };

  void wait(double longest);
  void accept();
  bool is_settled(Stranger& s);
  void take(Stranger& s, const Message& m);
  void refuse(Stranger& s, const std::string& why);
  void welcome(Stranger& s);
  void pump_window();
  void drop(const std::string& why);
  bool take_request(const Message& m);
  // From the simulation.
  void collect();
  void met(Notice n);
  void note(const Ask& what);
  void keep_row(const double* row);
  void keep_log(const Logged& l);
  // To the window.
  void feed();
  void feed_rows();
  void feed_pictures();
  void feed_frames();
  void say(const std::string& text) const {
    if (options_.say) options_.say(text);
  }

  Options options_;
  Port& port_;
  CaseFiles setup_;
  link::Socket listening_;
  const std::uint64_t session_;
  std::vector<Stranger> strangers_;
  std::unique_ptr<Window> window_;

  // Of the window that is, or was, connected.
  std::uint64_t whose_ = 0, last_request_ = 0;
  struct Pending {
    std::uint64_t window, id;  // who asked, and its number for it
    Ask what;
  };
  std::map<std::uint64_t, Pending> pending_;  // by the port's number
  std::vector<Logged> log_;
  std::deque<Record> records_;
  std::deque<Notice> notices_;  // under the window's numbers
  std::int64_t first_notice_ = 0;

  std::map<std::string, double> edits_;  // in effect
  std::size_t width_, rows_kept_;
  std::vector<double> backlog_;  // ring of rows
  std::int64_t rows_ = 0;        // so far
  bool is_picture_new_ = true, are_links_new_ = true;
  std::deque<BusFrame> frames_;
  std::int64_t frames_lost_ = 0;
};

// Only this machine reaches it.
bool is_loopback(const link::Endpoint& e);

}  // namespace evsim::live
