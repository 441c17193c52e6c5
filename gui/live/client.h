// A simulation that runs elsewhere (server.h), for a window here: its port is filled from the connection as a session
// fills its own. When the connection is cut it connects again by itself and goes on where it was; what is asked for
// meanwhile is answered as not done.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "gui/live/messages.h"

namespace evsim::live {

struct Connection {
  bool is_open = true;
  std::string text = {};  // where to; when it is cut: why
  std::int64_t times_cut = 0;
};

class Client {
 public:
  struct Options {
    link::Endpoint at;
    std::string secret = {};
    std::string name = "a window";   // as the other side tells others
    std::size_t sample_rows = 4096;  // that the port holds
    double patience = 10.0;          // for the welcome [s]
    double between_tries = 0.5;      // after a cut [s]
  };
  // Connects and waits for the welcome. Throws EnvironmentError with what was refused.
  explicit Client(Options options);

  Port& port() { return *port_; }
  const CaseFiles& setup() const { return setup_; }
  // In effect as the window came.
  const std::vector<scenario::SetParameter>& edits() const { return edits_; }

  // Of the window.
  bool fetch_connection() { return connection_.fetch(); }
  const Connection& connection() const { return connection_.front(); }

  // Of the thread that works: meets what has come and sends what is asked for; waits for something to come, at most so
  // long [s].
  void look(double longest);
  // For tests: as if the network did it.
  void cut();

 private:
  void say_hello();
  void lose(const std::string& why);
  void try_again();
  void take(const Message& m);
  void take(const Welcome& w);
  void take(const Rows& r);
  void prove(const Message& challenge);
  void send_requests();
  void refuse(std::uint64_t id, const std::string& why);
  void tell();

  Options options_;
  link::Address peer_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Port> port_;
  CaseFiles setup_;
  std::vector<scenario::SetParameter> edits_;
  Hello hello_;
  Bytes hello_bytes_;
  bool is_welcome_ = false, has_picture_ = false;
  std::string refused_;
  std::map<std::uint64_t, bool> unanswered_;  // requests that were sent
  std::int64_t lost_ = 0;                     // samples on the way
  double t_ = 0.0;                            // of the latest picture [s]
  double next_try_ = 0.0, silent_since_ = 0.0;
  std::int64_t frames_lost_here_ = 0, frames_lost_there_ = 0;
  Connection state_;
  TripleBuffer<Connection> connection_;
};

}  // namespace evsim::live
