// A simulation that is steered while it runs, through its port: requests are met at the next boundary of a
// step. Nothing here looks at a clock: who steps, decides how fast (thread.h, or a test by hand).
//
//   Session session(std::move(c));
//   session.port().ask(Command{{.t = 0.0, .command = scenario::SetParameter{"chassis.mass_kg", 2100.0}}});
//   session.advance(1.0);                       // meets the request, then steps until t = 1 s
//   session.port().pictures.fetch();            // of the window: pictures.front().values
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "gui/live/port.h"

namespace evsim::live {

struct Options {
  bool paused = true;
  double pace = 1.0;
  double sample_period = 0.01;     // simulated time between samples, at least [s]
  std::size_t sample_rows = 4096;  // that the ring holds
  double mark_period = 1.0;        // between marks to go back to [s]
  int marks = 60;
};

class Session {
 public:
  // Throws InputError.
  explicit Session(Case c, const Options& options = {});

  Port& port() { return port_; }

  // ---- Of the thread that steps

  // Meets all requests.
  void drain();
  // Drains and steps until t is reached, nothing moves any more, or stop() says so after a step.
  void advance(double t, const std::function<bool()>& stop = {});
  bool moving() const;
  double t() const { return simulation_.t(); }
  double pace() const { return pace_; }
  // Shows what flows now.
  void publish(double real_time_factor = 0.0);
  const Simulation& simulation() const { return simulation_; }

 private:
  struct Mark {
    Snapshot state;
    double t;
    std::int64_t steps;
    std::size_t by_hand;  // commands until then
  };
  struct ByHand {
    std::int64_t steps;  // before it
    std::size_t at;      // its place in the log
  };
  struct Planned {
    std::uint64_t id;
    double t;
    scenario::Event event;
  };

  void meet(const Request& r);
  void meet(const Command& c);
  void meet(const Unplan& u);
  void meet(const Pause& p);
  void meet(const Resume& r);
  void meet(const Steps& s);
  void meet(const RunUntil& r);
  void meet(const Pace& p);
  void meet(const GoBack& g);
  void command(const scenario::Event& e);
  void command(std::uint64_t id, const scenario::Event& e);
  void meet_plans();
  void tell_log();
  bool in_effect(const GoBack::Edit& edit) const;
  void step();
  void integrate();
  void sample();
  void mark();
  Mark here() const;
  void read(double* into) const;

  Simulation simulation_;
  Port port_;
  Options options_;
  bool paused_;
  double pace_, until_;
  int steps_left_ = -1;  // -1: without end
  std::int64_t steps_ = 0, lost_ = 0;
  double next_sample_ = 0.0;
  std::string failure_;
  std::vector<ByHand> by_hand_;
  std::vector<Planned> plans_;  // in order of time
  std::size_t told_ = 0;        // of the log
  Mark start_;
  std::deque<Mark> marks_;
};

}  // namespace evsim::live
