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
#include <memory>
#include <string>
#include <vector>

#include "gui/live/port.h"
#include "sim/link/can_session.h"

namespace evsim::live {

struct Options {
  bool paused = true;
  double pace = 1.0;
  double sample_period = 0.01;     // simulated time between samples, at least [s]
  std::size_t sample_rows = 4096;  // that the ring holds
  double mark_period = 1.0;        // between marks to go back to [s]
  int marks = 60;
};

// CAN buses of a case, and what describes them.
struct Bus {
  BusFile file;
  std::shared_ptr<link::CanSession> session;
};
using Buses = std::vector<Bus>;

class Session {
 public:
  // buses: of the controllers in c. Throws InputError.
  explicit Session(Case c, const Options& options = {}, Buses buses = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

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
  template <class Do> void answer(std::uint64_t id, Do&& what);
  void meet(const Command& c);
  void meet(const Unplan& u);
  void meet(const Pause& p);
  void meet(const Resume& r);
  void meet(const Steps& s);
  void meet(const RunUntil& r);
  void meet(const Pace& p);
  void meet(const GoBack& g);
  void meet(const Arm& a);
  void meet(const Disarm& d);
  void meet(const Judge& j);
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
  void begin_capture();
  void add_row(double at);
  void capture();
  void capture(const waveform::Instant& x);
  void look_for_faults();
  void hand_over_record();
  io::Station jumps();

  std::vector<BusFrame> hear_early();
  void listen();
  void publish_links();

  Buses buses_;
  std::vector<BusFrame> early_;  // before the simulation stood
  Simulation simulation_;
  Port port_;
  Options options_;
  bool paused_;
  double pace_, until_;
  int steps_left_ = -1;  // -1: without end
  std::int64_t steps_ = 0, lost_ = 0, frames_lost_ = 0;
  double next_sample_ = 0.0;
  std::string failure_;
  int jumps_as_of_ = 0;  // commands
  io::Station jumps_ = io::Station::car;
  std::vector<ByHand> by_hand_;
  std::vector<Planned> plans_;  // in order of time
  std::size_t told_ = 0;        // of the log
  Mark start_;
  std::deque<Mark> marks_;
  Capturer capturer_;
  int records_ = 0, records_lost_ = 0;
  std::vector<double> flowing_;       // all signals as they were read last, while a record is made
  std::vector<double> row_;           // of the record
  std::vector<std::size_t> edges_;    // places of the signals that follow the edges of inverters
  std::vector<std::size_t> reasons_;  // of the signals that are reasons of motor controls
  std::vector<double> last_reasons_;
  int commands_seen_ = 0;
};

}  // namespace evsim::live
